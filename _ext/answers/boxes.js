// The answer boxes of a page: what is needed to read and to typeset an answer is fetched when one of them is first touched.
"use strict";

(() => {
  const folder = document.currentScript.src.replace(/[^/]*$/, "");
  const MARKS = { right: "✓", wrong: "✗", error: "?", "not attempted": "…" };
  let libraries;

  function load() {
    libraries ??= Promise.all(["temml.min.js", "expressions.js"].map(fetchScript)).then(() => fetchScript("judge.js"));
    return libraries;
  }

  function fetchScript(name) {
    return new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = folder + name;
      script.onload = done;
      script.onerror = () => failed(new Error(name));
      document.head.append(script);
    });
  }

  // a browser may keep nothing, or forbid to ask
  const kept = {
    get: (name) => { try { return localStorage.getItem(name) ?? ""; } catch { return ""; } },
    set: (name, text) => {
      try {
        text ? localStorage.setItem(name, text) : localStorage.removeItem(name);
        return true;
      } catch { return false; }
    },
  };

  function start(form) {
    const input = form.querySelector("input"), preview = form.querySelector(".answer-preview");
    const status = form.querySelector("[role=status]"), note = form.querySelector(".answer-kept");
    const name = `answer:${form.dataset.label}`, sheet = JSON.parse(form.querySelector("script").text);
    input.value = kept.get(name);
    let saying;

    function say(state, message) {
      form.dataset.state = state;
      input.setAttribute("aria-invalid", String(state === "wrong" || state === "error"));
      // emptied first, or the same words would not be read a second time
      status.replaceChildren();
      clearTimeout(saying);
      saying = setTimeout(() => message && status.append(mark(state), message[0].toUpperCase() + message.slice(1)), 50);
    }

    function mark(state) {
      const sign = document.createElement("span");
      sign.className = "answer-mark";
      sign.setAttribute("aria-hidden", "true");
      sign.textContent = MARKS[state] ?? "";
      return sign;
    }

    function show() {
      preview.replaceChildren();
      if (!input.value.trim()) return;
      try {
        temml.render(`\\displaystyle ${Expressions.tex(Expressions.parse(input.value, sheet.variables))}`, preview);
      } catch (error) {
        if (!(error instanceof Expressions.NotUnderstood)) throw error;
        preview.textContent = error.message;
      }
    }

    const whenLoaded = (action) => load().then(action, () => {
      libraries = undefined;
      say("error", "What reads your answer could not be fetched. Are you connected? Try again.");
    });

    form.addEventListener("focusin", () => whenLoaded(show), { once: true });
    input.addEventListener("input", () => {
      note.hidden = !kept.set(name, input.value);
      say("", "");
      whenLoaded(show);
    });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      whenLoaded(() => {
        const { status: state, message } = Judge.judge(sheet, input.value);
        state === "error" ? preview.replaceChildren() : show();
        if (state === "error") preview.replaceChildren();  // which says the same
        say(state, message);
      });
    });
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      kept.set(name, input.value = "");
      preview.replaceChildren();
      say("", "Forgotten.");
      input.focus();
    });
  }

  document.querySelectorAll("form.answer").forEach(start);
})();
