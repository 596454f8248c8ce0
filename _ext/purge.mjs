// Style rules that some page or script uses: {css, content} as JSON in, CSS out.
import { PurgeCSS } from "purgecss";

const chunks = [];
for await (const chunk of process.stdin) chunks.push(chunk);
const { css, content } = JSON.parse(Buffer.concat(chunks).toString("utf8"));
const [result] = await new PurgeCSS().purge({
  content,
  css: [{ raw: css }],
  // Classes may hold what is written in scripts and, in the theme's, colons and slashes.
  defaultExtractor: (text) => text.match(/[\w-/:]+(?<!:)/g) || [],
  safelist: { greedy: [/data-theme/, /data-mode/] },
  fontFace: true,
  keyframes: true,
});
process.stdout.write(result.css);
