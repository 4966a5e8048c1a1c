// The page's addresses: whatever can be seen has one.

const ID = /^[0-9a-f]{32}$/i;

export const pathOf = {
  list: (query = "") => (query ? `/?q=${encodeURIComponent(query)}` : "/"),
  trace: (id) => `/trace/${encodeURIComponent(id)}`,
  span: (id, span) => `/trace/${encodeURIComponent(id)}?span=${encodeURIComponent(span)}`,
  joined: (id, span) => `/joined/${encodeURIComponent(id)}${span ? `?span=${encodeURIComponent(span)}` : ""}`,
  compare: (a, b) => `/compare/${encodeURIComponent(a)}/${encodeURIComponent(b)}`,
  map: () => "/map",
  missing: () => "/missing-parent",
};

/** { view, ids, query } of an address, or null when there is nothing. */
export function routeOf(url) {
  const [view, ...ids] = url.pathname.split("/").filter(Boolean);
  const query = url.searchParams;
  if (view === undefined) return { view: "list", ids: [], query };
  if (view === "map" && ids.length === 0) return { view, ids, query };
  const expected = { trace: 1, joined: 1, compare: 2 }[view];
  if (!expected || ids.length !== expected || !ids.every((id) => ID.test(id))) return null;
  return { view, ids: ids.map((id) => id.toLowerCase()), query };
}
