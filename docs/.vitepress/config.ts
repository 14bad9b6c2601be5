import { defineConfig } from "vitepress";
import { contents } from "../site/contents.js";
import { anchorOf } from "../site/heading-anchors.js";
import { linkNames } from "../site/link-names.js";
import { linkToRepository } from "../site/link-to-repository.js";
import { repositoryUrl } from "../site/repository.js";
import { sidebar } from "../site/sidebar.js";

export default defineConfig({
  lang: "en",
  title: "Moldau",
  description: "A Kafka client for Node.js in TypeScript, and a broker for tests that runs in your process",
  srcExclude: ["site/**", "test/**", "**/node_modules/**"],
  // A README is what its folder shows, as on GitHub. That of docs/ has a name of its own, since the site begins with its home page.
  rewrites: (page) => (page === "README.md" ? "contents.md" : page.replace(/README\.md$/, "index.md")),
  head: [
    ["link", { rel: "icon", type: "image/svg+xml", href: "/logo.svg" }],
    ["meta", { name: "color-scheme", content: "light dark" }],
  ],
  markdown: {
    theme: { light: "github-light-high-contrast", dark: "github-dark-high-contrast" },
    // Headings of the reference have anchors of their own, written as {:#name:}; braces of any other kind are text, as on GitHub.
    anchor: { slugify: anchorOf },
    attrs: { leftDelimiter: "{:", rightDelimiter: ":}" },
    config: (markdown) => {
      linkToRepository(markdown);
      linkNames(markdown);
    },
  },
  vite: { build: { chunkSizeWarningLimit: 4000 } },
  themeConfig: {
    logo: { src: "/logo.svg", alt: "" },
    nav: [
      { text: "Get started", link: "/getting-started" },
      { text: "Guides", link: "/contents", activeMatch: "^/(contents|guides)" },
      { text: "Reference", link: "/reference/", activeMatch: "^/reference/" },
    ],
    sidebar: sidebar(contents()),
    outline: { level: [2, 3], label: "On this page" },
    search: { provider: "local" },
    editLink: { pattern: `${repositoryUrl}/edit/main/docs/:path`, text: "Edit this page on GitHub" },
    socialLinks: [{ icon: "github", link: repositoryUrl }],
    externalLinkIcon: true,
  },
});
