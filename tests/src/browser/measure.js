// A function body that returns what is wrong with the page, one string per fault. Limits: WCAG 2.2 AA.
const CONTRAST = 4.5; // 1.4.3
const TARGET_PX = 24; // 2.5.8
const SHIFT = 0.01; // of the viewport; nothing on this page comes late

const faults = [];
const name = (e) => `<${e.tagName.toLowerCase()} ${e.className?.baseVal ?? e.className}> "${(e.textContent ?? "").trim().slice(0, 40)}"`;
const seen = (e) => e.checkVisibility({ visibilityProperty: true }) && !e.closest(".unseen, title, script, noscript");

const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
const luminance = (colour) => {
  const [r, g, b] = channels(colour).map((c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const ground = (e) => {
  for (; e; e = e.parentElement) {
    const colour = getComputedStyle(e).backgroundColor;
    if ((channels(colour)[3] ?? 1) === 1) return colour;
  }
  return "rgb(255, 255, 255)";
};
const contrast = (a, b) => {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

const texts = [];
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement;
  if (walker.currentNode.data.trim() && seen(element)) texts.push(element);
}
for (const element of [...texts, ...[...document.querySelectorAll("svg.icon")].filter(seen)]) {
  const ratio = contrast(getComputedStyle(element).color, ground(element));
  if (ratio < CONTRAST) faults.push(`contrast ${ratio.toFixed(2)}: ${name(element)}`);
}

const biggest = Math.max(...texts.map((e) => parseFloat(getComputedStyle(e).fontSize)));
const amount = document.querySelector(".amount");
if (amount && parseFloat(getComputedStyle(amount).fontSize) < biggest) faults.push("the amount is not the biggest text");

for (const target of [...document.querySelectorAll("a, button, summary, input")].filter(seen)) {
  const { width, height } = target.getBoundingClientRect();
  if (width < TARGET_PX || height < TARGET_PX) faults.push(`target ${width}×${height}: ${name(target)}`);
}

if (document.documentElement.scrollWidth > innerWidth) faults.push(`the page is ${document.documentElement.scrollWidth} px wide`);
for (const element of [...document.body.querySelectorAll("*")].filter(seen)) {
  const { left, right } = element.getBoundingClientRect();
  if (left < -0.5 || right > innerWidth + 0.5) faults.push(`out of sight: ${name(element)}`);
  if (element.clientWidth && element.scrollWidth > element.clientWidth + 1) faults.push(`too narrow for what it holds: ${name(element)}`);
}

for (const image of document.images) {
  if (!image.alt) faults.push("an image without a text");
  if (image.naturalWidth === 0) faults.push("an image that does not show");
}
if (document.querySelectorAll("h1").length !== 1 || document.querySelectorAll("main").length !== 1) faults.push("not one heading in one main part");
if (!document.documentElement.lang || !document.title) faults.push("no language or no title");

return new Promise((done) => {
  let moved = 0;
  const what = new Set();
  new PerformanceObserver((list) => {
    for (const shift of list.getEntries().filter((s) => !s.hadRecentInput)) {
      moved += shift.value;
      for (const { node } of shift.sources) if (node) what.add(node.nodeType === 1 ? name(node) : node.data.trim());
    }
  }).observe({ type: "layout-shift", buffered: true });
  requestAnimationFrame(() => requestAnimationFrame(() => {
    if (moved > SHIFT) faults.push(`the layout moved by ${moved.toFixed(3)}: ${[...what].join(", ")}`);
    done([...new Set(faults)]);
  }));
});
