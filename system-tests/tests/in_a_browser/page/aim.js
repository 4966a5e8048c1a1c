// Where to click: the middle of the first element in sight that matches, has the text in it or
// in its label, and that a click there would reach. `exact` brings it into sight first.
((selector, text, exact) => {
  const shown = (element) => element.getClientRects().length > 0 && element.checkVisibility({ visibilityProperty: true });
  const has = (element) => [element.textContent, element.getAttribute("aria-label"), element.title]
    .some((told) => told?.includes(text));
  const found = [...document.querySelectorAll(selector)].find((element) => shown(element) && (text === "" || has(element)));
  if (!found) return null;
  if (!exact) return true;
  found.scrollIntoView({ block: "center", inline: "nearest" });
  const box = found.getClientRects()[0];
  const [x, y] = [box.left + box.width / 2, box.top + box.height / 2];
  const hit = document.elementFromPoint(x, y);
  return hit && (found.contains(hit) || hit.contains(found)) ? { x, y } : null;
})
