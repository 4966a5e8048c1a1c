// What has the focus after a Tab: whether it comes after the last one in the document, and shows.
(() => {
  const now = document.activeElement;
  const before = window.stop_before;
  window.first_stop = before ? window.first_stop : now;
  if (!now || now === document.body || now === document.documentElement || (before && now === window.first_stop)) return { around: true, problems: [] };
  const problems = [];
  const name = `${now.tagName.toLowerCase()}.${[...now.classList].join(".")} ${JSON.stringify(now.textContent.trim().slice(0, 30))}`;
  if (before?.isConnected && !(before.compareDocumentPosition(now) & Node.DOCUMENT_POSITION_FOLLOWING)) problems.push(`the focus jumps back to ${name}`);
  const style = getComputedStyle(now);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1;
  // In a drawing the shape around it is stroked instead.
  const stroked = [...now.querySelectorAll("rect")].map((shape) => getComputedStyle(shape))
    .some(({ stroke, strokeWidth }) => stroke !== "none" && parseFloat(strokeWidth) >= 2);
  if (!outlined && !stroked && style.boxShadow === "none") problems.push(`the focus does not show on ${name}`);
  if (!now.getClientRects().length) problems.push(`the focus is on ${name}, which is hidden`);
  const box = now.getBoundingClientRect();
  if (box.bottom < 0 || box.top > innerHeight) problems.push(`the focus is on ${name}, out of sight`);
  window.stop_before = now;
  return { around: false, problems };
})()
