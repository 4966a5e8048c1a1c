// The keys of a trace's page.

import { pathOf } from "./routes.mjs";

/** Whether the key means something here; what it means is done. */
export function keysOf(page, { key }) {
  const { waterfall, model } = page;
  const chosen = waterfall.selected;
  const does = {
    j: () => waterfall.move(1), ArrowDown: () => waterfall.move(1),
    k: () => waterfall.move(-1), ArrowUp: () => waterfall.move(-1),
    Home: () => { waterfall.selected = -1; waterfall.move(1); },
    End: () => { waterfall.selected = -1; waterfall.move(-1); },
    e: () => waterfall.move(1, (span) => span.error),
    l: () => waterfall.fold(chosen, false), ArrowRight: () => waterfall.fold(chosen, false),
    h: () => foldOrRise(page), ArrowLeft: () => foldOrRise(page),
    Enter: () => { if (chosen >= 0) page.showDetail(chosen); else waterfall.move(1); },
    g: () => cross(page),
    t: () => page.openTab({ spans: "logs", logs: "map", map: "spans" }[page.tab] ?? "spans"),
    v: () => page.go(page.joined ? pathOf.trace(page.id) : pathOf.joined(page.id, model.spans[chosen]?.id)),
    Escape: () => page.closeDetail(),
  }[key];
  if (!does || (chosen < 0 && ["l", "ArrowRight", "h", "ArrowLeft", "g"].includes(key))) return false;
  does();
  return true;
}

function foldOrRise({ waterfall, model }) {
  const chosen = waterfall.selected;
  const open = model.tree.children[chosen].length > 0 && !waterfall.collapsed.has(chosen);
  if (open) waterfall.fold(chosen, true);
  else if (model.tree.parent[chosen] >= 0) waterfall.select(model.tree.parent[chosen]);
}

/** Over the queue: forward where someone took the message, else back. */
function cross({ waterfall, model, go }) {
  const span = model.spans[waterfall.selected];
  const end = span.takenBy.at(-1) ?? span.links.find((link) => link.found);
  if (end) go(pathOf.span(end.trace_id, end.span_id));
}
