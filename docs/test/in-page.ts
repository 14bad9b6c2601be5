// What runs in the browser, in the page that is open there: each function stands by itself, since nothing else of this file is there.

/** The addresses of all links, complete, and what can be linked to. */
export function linksAndAnchors(): { readonly links: readonly string[]; readonly anchors: readonly string[] } {
  return {
    links: [...document.querySelectorAll<HTMLAnchorElement>("a[href]")].map((link) => link.href),
    anchors: [...document.querySelectorAll("[id]")].map(({ id }) => id),
  };
}

/** Puts the page into the light or into the dark, at once: a colour on its way from one to the other is neither. */
export function putInto(theme: "light" | "dark"): void {
  const still = document.createElement("style");
  still.textContent = "* { transition: none !important; }";
  document.head.append(still);
  document.documentElement.classList.toggle("dark", theme === "dark");
}

/** Elements that stick out of the window to the right, and make the page scroll there. */
export function wideElements(): readonly string[] {
  const edge = document.documentElement.clientWidth + 1;
  if (document.documentElement.scrollWidth <= edge) return [];
  const isCutOff = (element: Element): boolean => {
    for (let above = element.parentElement; above !== null; above = above.parentElement) {
      if (above !== document.body && getComputedStyle(above).overflowX !== "visible") return true;
    }
    return false;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => element.getBoundingClientRect().right > edge && !isCutOff(element))
    .map((element) => element.outerHTML.slice(0, 120))
    .slice(0, 5);
}

/** Text that is hard to read against what is behind it, by the ratios of WCAG 2: 4.5 for text, 3 for large text. */
export function faintText(): readonly string[] {
  const channels = (colour: string) => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return { rgb: [red, green, blue], alpha };
  };
  const over = (colour: string, ground: readonly number[]) => {
    const { rgb, alpha } = channels(colour);
    return rgb.map((channel, index) => channel * alpha + (ground[index] ?? 0) * (1 - alpha));
  };
  const grounds = new Map<Element, readonly number[]>();
  const groundOf = (element: Element): readonly number[] => {
    const known = grounds.get(element);
    if (known !== undefined) return known;
    const behind = element.parentElement === null ? [255, 255, 255] : groundOf(element.parentElement);
    const ground = over(getComputedStyle(element).backgroundColor, behind);
    grounds.set(element, ground);
    return ground;
  };
  const luminance = (rgb: readonly number[]) => {
    const [red = 0, green = 0, blue = 0] = rgb.map((channel) =>
      channel <= 10 ? channel / 255 / 12.92 : ((channel / 255 + 0.055) / 1.055) ** 2.4,
    );
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const ratioOf = (element: Element): number => {
    const ground = groundOf(element);
    const sides = [luminance(over(getComputedStyle(element).color, ground)), luminance(ground)].map(
      (side) => side + 0.05,
    );
    return Math.max(...sides) / Math.min(...sides);
  };
  const isText = (element: Element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && (node.textContent ?? "").trim() !== "") &&
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }) &&
    element.closest("svg, [aria-hidden=true], .visually-hidden") === null;
  const enough = ({ fontSize, fontWeight }: CSSStyleDeclaration) => {
    const size = Number.parseFloat(fontSize);
    return size >= 24 || (size >= 18.66 && Number(fontWeight) >= 700) ? 3 : 4.5;
  };
  return [...document.body.querySelectorAll("*")]
    .filter((element) => isText(element) && ratioOf(element) < enough(getComputedStyle(element)))
    .map((element) => `${ratioOf(element).toFixed(2)}: ${element.outerHTML.slice(0, 120)}`)
    .slice(0, 5);
}
