/** What the browser has to say about the page that is open in it. */
export interface Look {
  /** The addresses of all links, complete. */
  readonly links: readonly string[];
  /** What can be linked to. */
  readonly anchors: readonly string[];
  /** Elements that stick out to the right of the window, and are not cut off by one that scrolls. */
  readonly wide: readonly string[];
  /** Text that is hard to read against what is behind it, with the ratio. */
  readonly faint: readonly string[];
}

/**
 * Looks at the open page; runs in the browser. `theme` is put on first. Ratios are those of WCAG 2: 4.5 for text, 3 for large
 * text.
 */
export function lookAtPage(theme: "light" | "dark"): Look {
  // A colour on its way from one theme to the other is neither.
  const still = document.createElement("style");
  still.textContent = "* { transition: none !important; }";
  document.head.append(still);
  document.documentElement.classList.toggle("dark", theme === "dark");
  const body = [...document.body.querySelectorAll<HTMLElement>("*")].filter((element) =>
    element.checkVisibility({ opacityProperty: true, visibilityProperty: true }),
  );

  const nameOf = (element: Element) =>
    `<${element.tagName.toLowerCase()} class="${element.getAttribute("class") ?? ""}"> ${(element.textContent ?? "").trim().slice(0, 40)}`;

  const isCutOff = (element: Element): boolean => {
    for (let above = element.parentElement; above !== null; above = above.parentElement) {
      if (above !== document.body && getComputedStyle(above).overflowX !== "visible") return true;
    }
    return false;
  };
  const edge = document.documentElement.clientWidth + 1;
  const isPageWide = document.documentElement.scrollWidth > edge;
  const wide = isPageWide
    ? body.filter((element) => element.getBoundingClientRect().right > edge && !isCutOff(element)).map(nameOf)
    : [];

  const channels = (colour: string): [number, number, number, number] => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (colour.match(/[\d.]+/g) ?? []).map(Number);
    return [red, green, blue, alpha];
  };
  const over = (top: number[], bottom: number[]): [number, number, number, number] => {
    const alpha = top[3] ?? 1;
    const mix = (index: number) => (top[index] ?? 0) * alpha + (bottom[index] ?? 0) * (1 - alpha);
    return [mix(0), mix(1), mix(2), 1];
  };
  const grounds = new Map<Element, [number, number, number, number]>();
  const groundOf = (element: Element): [number, number, number, number] => {
    const known = grounds.get(element);
    if (known !== undefined) return known;
    const parent = element.parentElement;
    const behind = parent === null ? channels(theme === "dark" ? "rgb(0,0,0)" : "rgb(255,255,255)") : groundOf(parent);
    const ground = over(channels(getComputedStyle(element).backgroundColor), behind);
    grounds.set(element, ground);
    return ground;
  };
  const luminance = (colour: readonly number[]) => {
    const [red = 0, green = 0, blue = 0] = colour.map((channel) => {
      const share = channel / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const faint = new Set<string>();
  for (const element of body) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && (node.textContent ?? "").trim() !== "");
    if (!hasText || element.closest("svg, [aria-hidden=true], .visually-hidden") !== null) continue;
    const style = getComputedStyle(element);
    const ground = groundOf(element);
    const text = over(channels(style.color), ground);
    const [lighter = 0, darker = 0] = [luminance(text), luminance(ground)].sort((a, b) => b - a);
    const ratio = (lighter + 0.05) / (darker + 0.05);
    const size = Number.parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    // A gradient for a ground, or for the letters, has no one colour to compare with.
    if (style.webkitTextFillColor === "rgba(0, 0, 0, 0)" || style.backgroundImage !== "none") continue;
    if (ratio < (isLarge ? 3 : 4.5)) faint.add(`${ratio.toFixed(2)} ${style.color} on ${ground.join(",")}: ${nameOf(element)}`);
  }

  return {
    links: [...document.querySelectorAll<HTMLAnchorElement>("a[href]")].map((link) => link.href),
    anchors: [...document.querySelectorAll("[id]")].map(({ id }) => id),
    wide: wide.slice(0, 5),
    faint: [...faint].slice(0, 5),
  };
}
