// The switch of language, and the list of questions: filtered over all rows, drawn a page at a time. Whatever comes
// from the run is set as text, never as markup.
"use strict";
(() => {
  const data = JSON.parse(document.getElementById("report-data").textContent);
  const root = document.documentElement;
  const PAGE = 20; // questions on a page
  const AROUND = 110; // characters of a passage shown on each side of what is marked, until it is opened
  let language = root.dataset.language || (/^zh\b/i.test(navigator.language || "zh") ? "zh" : "en");

  const text = (key, values = {}) =>
    data.text[language][key].replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));

  function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name === "dataset") Object.assign(made.dataset, value);
      else if (name.includes("-")) made.setAttribute(name, value);
      else made[name] = value;
    }
    made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
    return made;
  }

  // Pieces of [first, last) of a text, cut at every edge of a span: [start, end, in the answer got, in the expected].
  function pieces(first, last, given, expected) {
    const edges = new Set([first, last]);
    for (const edge of [...given, ...expected]) if (edge > first && edge < last) edges.add(edge);
    const ordered = [...edges].sort((a, b) => a - b);
    const inside = (spans, at) => {
      for (let i = 0; i < spans.length; i += 2) if (spans[i] <= at && at < spans[i + 1]) return true;
      return false;
    };
    return ordered.slice(1).map((end, i) => [ordered[i], end, inside(given, ordered[i]), inside(expected, ordered[i])]);
  }

  // A cut between the halves of a surrogate pair would show neither.
  const whole = (string, at) => (/[\uDC00-\uDFFF]/.test(string[at] || "") ? at - 1 : at);

  function passage([role, number, given, expected]) {
    const [name, title, headings, string, cutBefore, cutAfter] = data.passages[number];
    const edges = [...given, ...expected];
    const first = edges.length ? whole(string, Math.max(0, Math.min(...edges) - AROUND)) : 0;
    const end = edges.length ? Math.max(...edges) + AROUND : 2 * AROUND;
    const last = whole(string, Math.min(string.length, end));
    const body = element("div", { className: "text" });
    const draw = (from, to) => {
      const parts = pieces(from, to, given, expected).map(([start, stop, got, due]) => {
        const shown = string.slice(start, stop);
        if (!got && !due) return shown;
        const className = [got ? "given" : "", due ? "expected" : ""].join(" ").trim();
        const title = text(got && due ? "both_mark" : got ? "given_mark" : "expected_mark");
        return element("mark", { className, title }, shown);
      });
      body.replaceChildren(from > 0 || cutBefore ? "…" : "", ...parts, to < string.length || cutAfter ? "…" : "");
    };
    draw(first, last);
    let open = false;
    const toggle = element("button", { type: "button", className: "link" }, text("whole"));
    toggle.addEventListener("click", () => {
      open = !open;
      draw(open ? 0 : first, open ? string.length : last);
      toggle.textContent = text(open ? "less" : "whole");
    });
    return element(
      "div",
      { className: "passage", dataset: { role } },
      element(
        "p",
        { className: "source" },
        element("span", {}, text(role)),
        element("b", {}, title || name),
        title && title !== name ? element("span", {}, name) : null,
        headings ? element("span", {}, headings) : null,
      ),
      body,
      first > 0 || last < string.length ? toggle : null,
    );
  }

  function expectedPart(row, task) {
    const lines = row.e || [];
    return element(
      "div",
      { className: "expected-answer" },
      element("h5", {}, text(task === "retrieval" ? "relevant" : "expected")),
      lines.length ? element("p", {}, lines.join("\n")) : element("p", { className: "aside" }, text("no_answer")),
    );
  }

  function gotPart(row, task) {
    const part = element("div", { className: "got-answer" }, element("h5", {}, text(task === "retrieval" ? "found" : "got")));
    if (task === "retrieval") {
      const found = row.d || [];
      const line = found.map(([name, relevant], i) => `${i + 1}. ${name}${relevant ? " ✓" : ""}`).join("\n");
      part.append(element("p", {}, line || "–"));
    } else if (row.a) {
      const best = row.b ? `${text("candidate")}: ${row.b}` : text("nothing");
      part.append(element("p", {}, element("span", { className: "refusal" }, text("refused")), " ", element("span", { className: "aside" }, `(${best})`)));
    } else {
      part.append(element("p", {}, row.g || "–"));
    }
    return part;
  }

  function question(row, task, stages) {
    const stage = stages[row.s];
    const head = element(
      "p",
      { className: "head" },
      element("span", { className: "stage" }, element("i", { className: `dot ${stage.name}` }), stage[language]),
      row.k ? element("span", {}, row.k) : null,
      "c" in row ? element("span", {}, `${text("confidence")} ${(100 * row.c).toFixed(1)}%`) : null,
      "r" in row ? element("span", {}, row.r ? `${text("rank")} ${row.r}` : text("not_found")) : null,
      element("span", {}, row.i),
    );
    return element(
      "article",
      { className: "question", dataset: { id: row.i, stage: stage.name } },
      head,
      row.h ? element("p", { className: "before" }, `${text("history")}: ${row.h.join(" → ")}`) : null,
      element("p", { className: "asked" }, row.q),
      row.u ? element("p", { className: "before" }, `${text("understood")}: ${row.u}`) : null,
      element("div", { className: "pair" }, expectedPart(row, task), gotPart(row, task)),
      row.x ? element("p", { className: "unasked" }, `${text("failed")}: ${row.x}`) : null,
      ...(row.p || []).map(passage),
      row.o ? element("p", { className: "before" }, text("left_out")) : null,
    );
  }

  class Browser {
    constructor(box, set) {
      this.box = box;
      this.heading = box.querySelector("h3");
      this.rows = set.rows;
      this.stages = set.stages;
      this.task = set.task;
      this.counts = this.stages.map((_, i) => set.rows.filter((row) => row.s === i).length);
      this.errors = set.rows.filter((row) => this.stages[row.s].error).length;
      this.kinds = [...new Set(set.rows.map((row) => row.k || ""))].sort();
      this.choice = this.errors ? "errors" : "everything";
      this.kind = null;
      this.sought = "";
      this.page = 0;
      this.texts = null;
      this.build();
    }

    build() {
      this.chips = element("div", { className: "filters", role: "group", "aria-label": text("filter") });
      const search = element("input", { type: "search", value: this.sought, placeholder: text("search"), "aria-label": text("search") });
      search.addEventListener("input", () => this.change({ sought: search.value }));
      const select = element("select", { "aria-label": text("all_kinds") }, element("option", { value: "-1" }, text("all_kinds")));
      this.kinds.forEach((kind, i) => select.append(element("option", { value: String(i) }, kind || text("no_kind"))));
      select.value = String(this.kind === null ? -1 : this.kinds.indexOf(this.kind));
      select.addEventListener("change", () => this.change({ kind: select.value === "-1" ? null : this.kinds[Number(select.value)] }));
      this.shown = element("small", { role: "status" });
      const controls = element("div", { className: "controls" }, search, this.kinds.length > 1 ? select : null, this.shown);
      this.list = element("div", { className: "list" });
      this.pages = element("div", { className: "pages" });
      const legend = element("p", { className: "legend" });
      if (this.task !== "retrieval")
        for (const [name, key] of [["given", "given_mark"], ["expected", "expected_mark"], ["given expected", "both_mark"]])
          legend.append(element("span", {}, element("mark", { className: name }, text(key))));
      this.box.replaceChildren(this.heading, this.chips, controls, legend.childNodes.length ? legend : "", this.list, this.pages);
      this.draw();
    }

    change(what) {
      Object.assign(this, what, { page: 0 });
      this.draw();
    }

    chip(choice, label, count, dot) {
      const made = element("button", { type: "button", className: "chip", dataset: { choice }, "aria-pressed": String(this.choice === choice) },
        dot ? element("i", { className: `dot ${dot}` }) : null, label, element("small", {}, String(count)));
      made.addEventListener("click", () => {
        this.change({ choice });
        this.chips.querySelector("[aria-pressed=true]")?.focus();
      });
      return made;
    }

    fits(row, i) {
      const stage = this.stages[row.s];
      if (this.choice === "errors" ? !stage.error : this.choice !== "everything" && this.choice !== stage.name) return false;
      if (this.kind !== null && (row.k || "") !== this.kind) return false;
      return !this.sought.trim() || this.texts[i].includes(this.sought.trim().toLowerCase());
    }

    draw() {
      const stages = this.stages.map((stage, i) => [stage, this.counts[i]]).filter(([, count]) => count);
      const chips = ([stage, count]) => this.chip(stage.name, stage[language], count, stage.name);
      this.chips.replaceChildren(
        ...(this.errors ? [this.chip("errors", text("errors"), this.errors)] : []),
        ...stages.filter(([stage]) => stage.error).map(chips),
        this.chip("everything", text("everything"), this.rows.length),
        ...stages.filter(([stage]) => !stage.error).map(chips),
      );
      if (this.sought.trim() && this.texts === null)
        this.texts = this.rows.map((row) =>
          [row.i, row.q, row.u, row.g, row.b, row.k, row.x, ...(row.e || []), ...(row.h || [])].filter(Boolean).join("\n").toLowerCase());
      const fitting = this.rows.filter((row, i) => this.fits(row, i));
      const pages = Math.max(1, Math.ceil(fitting.length / PAGE));
      this.page = Math.min(this.page, pages - 1);
      this.shown.textContent = text("shown", { n: fitting.length.toLocaleString("en") });
      const rows = fitting.slice(this.page * PAGE, (this.page + 1) * PAGE);
      this.list.replaceChildren(...rows.map((row) => question(row, this.task, this.stages)));
      if (!rows.length) this.list.append(element("p", { className: "question" }, text("none")));
      const turn = (key, by) => {
        const made = element("button", { type: "button", disabled: this.page + by < 0 || this.page + by >= pages, dataset: { turn: key } }, text(key));
        made.addEventListener("click", () => {
          this.page += by;
          this.draw();
          this.box.scrollIntoView();
        });
        return made;
      };
      this.pages.hidden = pages === 1;
      this.pages.replaceChildren(turn("previous", -1), element("span", {}, text("page", { page: this.page + 1, pages })), turn("next", 1));
    }
  }

  function speak() {
    root.lang = language === "zh" ? "zh-CN" : "en";
    root.className = `show-${language}`;
    document.title = text("title");
  }

  speak();
  const browsers = data.sets.map((set, i) => {
    const box = document.getElementById(`browse-${i}`);
    return box ? new Browser(box, set) : null;
  });
  document.getElementById("language").addEventListener("click", () => {
    language = language === "zh" ? "en" : "zh";
    speak();
    browsers.forEach((browser) => browser?.build());
  });
  for (const link of document.querySelectorAll(".stage-link"))
    link.addEventListener("click", () => {
      const browser = browsers[Number(link.dataset.set)];
      browser.change({ choice: link.dataset.stage });
      browser.box.scrollIntoView();
    });
})();
