// What is wrong with what is in sight, as sentences.
(() => {
  const problems = [];
  const say = (problem, element) => {
    const where = element ? ` (${element.tagName.toLowerCase()}.${[...element.classList].join(".")} ${JSON.stringify(element.textContent.trim().slice(0, 40))})` : "";
    if (problems.length < 12) problems.push(problem + where);
  };

  // Any colour that CSS knows, as [red, green, blue, alpha].
  const pen = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (color) => {
    if (!known.has(color)) {
      pen.clearRect(0, 0, 1, 1);
      pen.fillStyle = color;
      pen.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = pen.getImageData(0, 0, 1, 1).data;
      known.set(color, [r, g, b, a / 255]);
    }
    return known.get(color);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const luminance = (color) => {
    const [r, g, b] = color.slice(0, 3).map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (a, b) => {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
  };
  const canvas = matchMedia("(prefers-color-scheme: dark)").matches ? [18, 18, 18, 1] : [255, 255, 255, 1];
  const groundOf = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const painted = at instanceof SVGElement && at !== element ? at.querySelector(":scope > rect:not([fill=none])") : null;
      const color = rgba(painted && at.contains(element) ? getComputedStyle(painted).fill : at instanceof SVGElement ? "transparent" : getComputedStyle(at).backgroundColor);
      layers.push(color);
      if (color[3] === 1) break;
    }
    return layers.reverse().reduce((ground, color) => over(color, ground), canvas);
  };

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const judged = new Set();
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || judged.has(element) || !element.getClientRects().length) continue;
    judged.add(element);
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || element.closest(":disabled, noscript, script, option")) continue;
    const style = getComputedStyle(element);
    const size = parseFloat(style.fontSize);
    const box = element.getBoundingClientRect();
    if (size === 0 || box.width <= 1 || box.height <= 1) continue;
    const ground = groundOf(element);
    let color = rgba(element instanceof SVGElement ? style.fill : style.color);
    for (let at = element; at; at = at.parentElement) color = [...color.slice(0, 3), color[3] * parseFloat(getComputedStyle(at).opacity)];
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const contrast = ratio(over(color, ground), ground);
    if (contrast < (large ? 3 : 4.5) - 0.01) say(`contrast ${contrast.toFixed(2)} of ${style.color} on ${ground.slice(0, 3).map(Math.round)}`, element);
  }
  for (const input of document.querySelectorAll("input[placeholder]")) {
    if (!input.getClientRects().length || input.value) continue;
    const ground = groundOf(input);
    const contrast = ratio(over(rgba(getComputedStyle(input, "::placeholder").color), ground), ground);
    if (contrast < 4.49) say(`contrast ${contrast.toFixed(2)} of a placeholder`, input);
  }

  if (!document.documentElement.lang) say("the document has no language");
  if (!document.title.trim()) say("the document has no title");
  const heads = [...document.querySelectorAll("h1")].filter((head) => head.checkVisibility());
  if (heads.length !== 1) say(`${heads.length} h1 instead of one`);
  if (document.querySelectorAll("main").length !== 1) say("no main landmark, or several");
  const navigations = [...document.querySelectorAll("nav")];
  if (navigations.length > 1 && navigations.some((nav) => !nav.getAttribute("aria-label"))) say("several nav landmarks without names");
  for (const image of document.querySelectorAll("img")) if (!image.hasAttribute("alt")) say("an image without alt", image);
  const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
  const twice = ids.find((id, at) => ids.indexOf(id) !== at);
  if (twice) say(`two elements have the id ${twice}`);
  const page = document.scrollingElement;
  if (page.scrollWidth > innerWidth) {
    const wide = [...document.querySelectorAll("body *")].find((element) => element.getBoundingClientRect().right > innerWidth + 1);
    say(`the page scrolls sideways: ${page.scrollWidth} of ${innerWidth}`, wide);
  }
  return problems;
})()
