// The search page: as one types, the places that fit best, each with the words found in what stands there.
(() => {
  const form = document.querySelector(".bd-search-container form");
  const field = form.querySelector("input[type=search]");
  const status = document.getElementById("search-status");
  const list = document.getElementById("search-list");
  const entries = window.searchEntries;
  const root = document.documentElement.dataset.content_root;
  const shown = 30;

  // Numbers keep their points, Korean and Latin letters part, and each sign of mathematics is a word.
  const tokens = /\d+(?:\.\d+)*|[가-힣]+|(?:(?![가-힣\d])[\p{L}\p{M}_])+|(?![\x00-\x7f])\p{S}/gu;
  const tokenize = (text) => text.normalize("NFKC").match(tokens) || [];
  // What Korean adds to a noun, and the plural of English.
  const particles = /(?<=[가-힣]{2})(?:이란|에서|으로|부터|까지|[은는이가을를의에로와과도만란])$/;
  const processTerm = (term) => {
    const word = term.toLowerCase().replace(particles, "");
    return /^[a-z]{4,}s$/.test(word) && !word.endsWith("ss") ? word.slice(0, -1) : word;
  };
  const isAscii = (term) => /^[a-z]{4,}$/.test(term);
  const options = {
    boost: { title: 5, words: 2 },
    weights: { prefix: 0.7, fuzzy: 0.4 },
    prefix: (term) => isAscii(term) || /^[가-힣]{2,}$/.test(term),
    fuzzy: (term) => (isAscii(term) && term.length > 4 ? 0.2 : false),
    boostDocument: (id) => ({ term: 1.6, definition: 1.4, theorem: 1.3 })[entries[id].kind] || 1,
  };
  const index = new MiniSearch({ fields: ["title", "text", "words"], tokenize, processTerm });
  field.value = new URLSearchParams(location.search).get("q") || "";
  // At once for one who already asks something, else in steps, so that the field can be written in meanwhile.
  const places = entries.map((entry, id) => ({ id, ...entry }));
  const filled = field.value ? index.addAll(places) : index.addAllAsync(places, { chunkSize: 50 });

  // All words where that is possible, else the places that have most of them.
  const find = (query) => {
    const all = index.search(query, { ...options, combineWith: "AND" });
    return all.length ? all : index.search(query, options);
  };

  const element = (tag, text, name) => {
    const made = document.createElement(tag);
    if (text) made.textContent = text;
    if (name) made.className = name;
    return made;
  };

  // About 200 letters around the first word found, with all words found marked.
  const excerpt = (entry, terms) => {
    const shownText = element("p", "", "search-excerpt");
    const escaped = terms.map((term) => term.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).sort((a, b) => b.length - a.length);
    const pattern = new RegExp(`(?<![a-zA-Z])(${escaped.join("|")})`, "giu");
    const first = Math.max(0, entry.text.search(pattern));
    const start = first < 80 ? 0 : entry.text.indexOf(" ", first - 60) + 1;
    const stop = entry.text.indexOf(" ", start + 210);
    const piece = entry.text.slice(start, stop < 0 ? undefined : stop);
    if (start) shownText.append("… ");
    let end = 0;
    for (const match of piece.matchAll(pattern)) {
      shownText.append(piece.slice(end, match.index), element("mark", match[0]));
      end = match.index + match[0].length;
    }
    shownText.append(piece.slice(end));
    if (stop >= 0) shownText.append(" …");
    return shownText;
  };

  const item = ({ id, terms }) => {
    const entry = entries[id];
    const made = element("li");
    const link = element("a", entry.title);
    link.href = root + entry.url;
    made.append(link);
    if (entry.page !== entry.title) made.append(element("span", entry.page, "search-page"));
    if (entry.text) made.append(excerpt(entry, terms));
    return made;
  };

  const show = async () => {
    await filled;
    const query = field.value.trim();
    const found = query ? find(query) : [];
    list.replaceChildren(...found.slice(0, shown).map(item));
    status.textContent = !query
      ? "" : found.length > shown
        ? `The best ${shown} of ${found.length} places for “${query}”`
        : found.length ? `${found.length} ${found.length === 1 ? "place" : "places"} for “${query}”`
          : `Nothing found for “${query}”. Try fewer or other words; the index and the glossary list all terms.`;
    history.replaceState(null, "", query ? `?q=${encodeURIComponent(query)}` : location.pathname);
  };

  let pending;
  field.addEventListener("input", () => { clearTimeout(pending); pending = setTimeout(show, 120); });
  form.addEventListener("submit", (event) => { event.preventDefault(); show(); });
  show();
  field.focus();
})();
