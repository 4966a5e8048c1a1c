// What a trace's spans make together: the tree, own time, the critical path. Plain data, no page.
// Traces come from strangers: parents may be missing, be themselves, or run in circles.

/**
 * Spans in the order of a walk through the tree, with depths.
 * `order[row]` is a span's index; `depth`, `parent`, `end` and `why` are by index; `end` is the row
 * after a span's last descendant; `why` says why a span has no parent: "root", "missing" or "cycle".
 */
export function buildTree(spans) {
  const byId = new Map();
  spans.forEach((span, index) => {
    const key = `${span.trace} ${span.id}`;
    if (!byId.has(key)) byId.set(key, index);
  });
  const size = spans.length;
  const tree = {
    order: [], depth: new Int32Array(size), parent: new Int32Array(size).fill(-1),
    end: new Int32Array(size), children: Array.from({ length: size }, () => []), why: new Array(size),
  };
  spans.forEach((span, index) => {
    if (!span.parent) { tree.why[index] = "root"; return; }
    const parent = byId.get(`${span.trace} ${span.parent}`);
    if (parent === undefined) tree.why[index] = "missing";
    else if (parent === index) tree.why[index] = "cycle";
    else { tree.parent[index] = parent; tree.children[parent].push(index); }
  });
  // Of several traces one after the other: `rank` is the place of a span's trace.
  const byStart = (a, b) =>
    (spans[a].rank ?? 0) - (spans[b].rank ?? 0) || spans[a].start - spans[b].start || a - b;
  for (const children of tree.children) children.sort(byStart);
  const seen = new Uint8Array(size);
  const roots = [...spans.keys()].filter((index) => tree.parent[index] === -1).sort(byStart);
  for (const root of roots) walk(tree, seen, root);
  // Only circles are left: each is cut open at its first span.
  for (const index of [...spans.keys()].sort(byStart)) {
    if (seen[index]) continue;
    const parent = tree.parent[index];
    tree.children[parent] = tree.children[parent].filter((child) => child !== index);
    tree.parent[index] = -1;
    tree.why[index] = "cycle";
    walk(tree, seen, index);
  }
  return tree;
}

/** Without recursion: a trace may be as deep as it has spans. */
function walk(tree, seen, root) {
  const open = [{ index: root, next: 0 }];
  seen[root] = 1;
  tree.order.push(root);
  while (open.length) {
    const top = open[open.length - 1];
    const children = tree.children[top.index];
    if (top.next === children.length) {
      tree.end[top.index] = tree.order.length;
      open.pop();
      continue;
    }
    const child = children[top.next++];
    if (seen[child]) continue;
    seen[child] = 1;
    tree.depth[child] = tree.depth[top.index] + 1;
    tree.order.push(child);
    open.push({ index: child, next: 0 });
  }
}

/** The rows to show when the spans of `collapsed` hide what is below them. */
export function visibleRows(tree, collapsed) {
  const rows = [];
  for (let row = 0; row < tree.order.length;) {
    const index = tree.order[row];
    rows.push(index);
    row = collapsed.has(index) ? tree.end[index] : row + 1;
  }
  return rows;
}

/** The parts of a span's time in which no child of it ran, as [from, to]. */
export function ownTime(spans, tree, index) {
  const span = spans[index];
  const end = span.start + span.duration;
  const parts = [];
  let at = span.start;
  for (const child of tree.children[index]) {
    const from = Math.min(spans[child].start, end);
    if (from > at) parts.push([at, from]);
    at = Math.max(at, Math.min(end, spans[child].start + spans[child].duration));
  }
  if (end > at) parts.push([at, end]);
  return parts;
}

/** Nanoseconds in those parts. */
export function total(parts) {
  return parts.reduce((sum, [from, to]) => sum + to - from, 0);
}

/**
 * What the end of `root` waited for: going back from its end, always the child that ended last.
 * A map from a span's index to its parts of the path.
 */
export function criticalPath(spans, tree, root) {
  const path = new Map();
  const work = [[root, Infinity]];
  while (work.length) {
    const [index, until] = work.pop();
    const span = spans[index];
    let cursor = Math.min(span.start + span.duration, until);
    const parts = [];
    const endOf = (child) => spans[child].start + spans[child].duration;
    const latest = [...tree.children[index]].sort((a, b) => endOf(b) - endOf(a));
    for (const child of latest) {
      if (spans[child].start >= cursor || endOf(child) <= span.start) continue;
      // What ends after its parent was not waited for.
      if (endOf(child) > cursor) continue;
      if (cursor > endOf(child)) parts.push([endOf(child), cursor]);
      work.push([child, endOf(child)]);
      cursor = Math.max(spans[child].start, span.start);
    }
    if (cursor > span.start) parts.push([span.start, cursor]);
    if (parts.length) path.set(index, parts.reverse());
  }
  return path;
}
