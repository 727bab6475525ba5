// Runs once for each HTML element of the page of documents, as gradio's js_on_load: `element`, `trigger` and `watch`
// are given. The elements share `page`. Elements say what they do in data attributes; no text becomes a script.
const EVENTS = ['show', 'save', 'remove', 'create', 'display'];
const ROWS = 100;
const page = (window.yindaDocuments ??= {
  trigger: null, search: '', order: 'added', count: ROWS, chosen: new Set(), stale: false, focus: null, heard: '',
});
const at = (selector, place = document) => place.querySelector(selector);
const all = (selector, place = document) => [...place.querySelectorAll(selector)];
const filled = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const library = () => at('#d-drop [data-library]')?.dataset.library ?? '';

function ask(name, data = {}) {
  if (!EVENTS.includes(name)) return;
  const { search, order, count } = page;
  page.trigger?.(name, { library: library(), search, order, count, ...data });
}

// -- the list -----------------------------------------------------------------------------------------------

// Something in the list is half done: it must not be drawn anew beneath.
const occupied = () => Boolean(at('#d-rows .d-edit, #d-rows [data-armed], #d-rows [data-was]'));

function refresh() {
  page.stale = occupied();
  if (!page.stale) ask('show');
}

function settle() {
  if (page.stale) refresh();
}

function choose() {
  const boxes = all('#d-rows .d-row input[type=checkbox]');
  boxes.forEach((box) => box.closest('.d-row').classList.toggle('d-picked', box.checked));
  page.chosen = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
  const every = at('#d-rows [data-all]');
  if (!every) return;
  every.checked = boxes.length > 0 && page.chosen.size === boxes.length;
  every.indeterminate = page.chosen.size > 0 && !every.checked;
  const told = at('#d-rows .d-chosen');
  told.hidden = !page.chosen.size;
  const count = { count: page.chosen.size };
  at('b', told).textContent = filled(at('b', told).dataset.text, count);
  disarm(at('[data-do=remove-chosen]', told));
}

function disarm(button) {
  if (!button?.dataset.armed) return;
  button.textContent = button.dataset.armed;
  if (button.dataset.label) button.setAttribute('aria-label', button.dataset.label);
  delete button.dataset.armed;
  settle();
}

// A button that removes asks once more, in its own words.
function confirmed(button) {
  if (button.dataset.armed) return true;
  button.dataset.armed = button.textContent;
  button.dataset.label = button.getAttribute('aria-label') ?? '';
  button.removeAttribute('aria-label');
  button.textContent = filled(button.dataset.ask, { count: page.chosen.size });
  setTimeout(() => disarm(button), 5000);
  return false;
}

function busy(button) {
  delete button.dataset.armed;
  button.dataset.was = button.textContent;
  button.textContent = button.dataset.busy;
  button.disabled = true;
}

function idle(button) {
  if (!button?.dataset.was) return;
  button.textContent = button.dataset.was;
  delete button.dataset.was;
  button.disabled = false;
}

function edit(row) {
  all('#d-rows .d-edit').forEach(closeEditor);
  const form = at('#d-editor').content.firstElementChild.cloneNode(true);
  for (const name of ['title', 'organisation', 'date', 'number']) form.elements[name].value = row.dataset[name];
  form.setAttribute('aria-label', at('[data-do=edit]', row).getAttribute('aria-label'));
  row.append(form);
  row.classList.add('d-editing');
  form.elements.title.focus();
}

function closeEditor(form) {
  const row = form.closest('.d-row');
  form.remove();
  row.classList.remove('d-editing');
  at('[data-do=edit]', row)?.focus();
  settle();
}

function say(text, failed = false) {
  const told = at('#d-tools .d-said');
  if (!told) return;
  told.textContent = text;
  told.classList.toggle('d-failed', failed);
  clearTimeout(page.silence);
  if (text && !failed) page.silence = setTimeout(() => say(''), 8000);
}

function receive({ receipt, said, document: identifier, failed, form: name, library: made }) {
  if (page.heard === receipt) return;
  page.heard = receipt;
  if (made) {
    const address = new URL(location.href);
    address.searchParams.set('library', made);
    location.assign(address);
    return;
  }
  const form = name === 'create' ? at('.d-make form') : at(`#d-rows [data-id="${CSS.escape(identifier)}"] .d-edit`);
  if (failed === '1' && form) {
    idle(at('[type=submit]', form));
    at('.d-error', form).textContent = said;
    if (name === 'create') at('input', form).setAttribute('aria-invalid', 'true');
    return;
  }
  all('#d-rows [data-was]').forEach(idle);
  say(said, failed === '1');
}

function drawn() {
  all('#d-rows .d-row input[type=checkbox]').forEach((box) => (box.checked = page.chosen.has(box.value)));
  choose();
  const { focus } = page;
  page.focus = null;
  if (!focus) return;
  const row = focus.id && at(`#d-rows [data-id="${CSS.escape(focus.id)}"]`);
  (row ? at(`[data-do=${focus.what}]`, row) : at('#d-rows .d-count'))?.focus();
}

// -- the panel with a document's text -----------------------------------------------------------------------

function openPanel(button, identifier) {
  const panel = at('#d-panel');
  if (page.displayed !== identifier) {
    // What was shown last time is not shown while the next one is on its way.
    const source = at('#d-source');
    source.classList.add('d-fetching');
    const watcher = new MutationObserver(() => {
      source.classList.remove('d-fetching');
      watcher.disconnect();
    });
    watcher.observe(source, { childList: true, subtree: true });
  }
  Object.assign(page, { opener: button, displayed: identifier });
  panel.classList.add('d-open');
  panel.tabIndex = -1;
  panel.setAttribute('role', 'dialog');
  panel.setAttribute('aria-modal', 'true');
  panel.setAttribute('aria-label', button.textContent);
  for (const other of [at('#d-page'), at('#header-documents')]) if (other) other.inert = true;
  panel.focus();
}

function closePanel() {
  const panel = at('#d-panel');
  if (!panel?.classList.contains('d-open')) return;
  panel.classList.remove('d-open');
  for (const other of [at('#d-page'), at('#header-documents')]) if (other) other.inert = false;
  const { opener } = page;
  (opener?.isConnected ? opener : at('#d-rows .d-count'))?.focus();
}

// -- adding -------------------------------------------------------------------------------------------------

const adding = (page.adding ??= {
  queue: [], total: 0, running: false, request: null, runs: 0, counts: {}, skipped: 0, drawnAt: 0,
});

// Files of what was dropped, with those below folders. Must be called at once: later the browser forgets the drop.
function dropped(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === 'file');
  const entries = items.map((item) => [item.webkitGetAsEntry?.(), item.getAsFile()]);
  return Promise.all(entries.map(([entry, file]) => (entry ? below(entry, '') : file ? [[file, file.name, false]] : [])))
    .then((found) => found.flat());
}

async function below(entry, folder) {
  const path = folder + entry.name;
  if (entry.isFile) {
    try {
      const file = await new Promise((give, fail) => entry.file(give, fail));
      return [[file, path, Boolean(folder)]];
    } catch {
      return [];
    }
  }
  const reader = entry.createReader();
  const inside = [];
  for (;;) {
    // A reader gives its entries in portions.
    const portion = await new Promise((give) => reader.readEntries(give, () => give([])));
    if (!portion.length) break;
    inside.push(...portion);
  }
  return (await Promise.all(inside.map((each) => below(each, path + '/')))).flat();
}

// Of a folder only what can be read is taken, without what browsers put beside a saved page; a file that was chosen by
// itself is always answered for.
function enqueue(found) {
  const zone = at('.d-drop');
  const pages = found.map(([, path]) => path).filter((path) => /\.x?html?$/i.test(path));
  const beside = pages.flatMap((path) => ['_files/', '.files/'].map((end) => path.replace(/\.[^.]*$/, '') + end));
  const suffixes = zone.dataset.suffixes.split(' ');
  const readable = ([, path, inFolder]) => {
    const name = path.split('/').pop();
    const hidden = path.split('/').some((part) => part.startsWith('.')) || name.startsWith('~$');
    if (inFolder && beside.some((folder) => path.startsWith(folder))) return false;
    return !inFolder || (!hidden && suffixes.some((suffix) => name.toLowerCase().endsWith(suffix)));
  };
  const taken = found.filter(readable).sort(([, a], [, b]) => a.localeCompare(b, 'zh', { numeric: true }));
  if (!adding.running && !adding.queue.length) {
    Object.assign(adding, { total: 0, counts: {}, skipped: 0 });
    at('.d-report').replaceChildren();
  }
  adding.queue.push(...taken);
  adding.total += taken.length;
  adding.skipped += found.length - taken.length;
  at('.d-adding').hidden = false;
  if (!adding.running) run();
  else progress(0);
}

function post([file, path], advance) {
  return new Promise((give, fail) => {
    const { largest } = at('.d-drop').dataset;
    const query = new URLSearchParams({ library: library(), name: path.split('/').pop(), size: file.size });
    if (at('.d-replace input').checked) query.set('versions', 'replace');
    const request = (adding.request = new XMLHttpRequest());
    request.open('POST', `/add?${query}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    const lines = () => request.responseText.split('\n').filter(Boolean);
    request.upload.onprogress = (event) => advance(event.total ? (0.3 * event.loaded) / event.total : 0);
    request.onprogress = () => {
      const whole = request.responseText.slice(0, request.responseText.lastIndexOf('\n') + 1);
      const last = whole.split('\n').filter(Boolean).pop();
      const { part } = last ? JSON.parse(last) : {};
      if (part !== undefined) advance(0.3 + 0.7 * part);
    };
    request.onload = () => {
      try {
        const said = lines().map(JSON.parse).filter((line) => line.status);
        said.length ? give(said) : fail(new Error('cut'));
      } catch (error) {
        fail(error);
      }
    };
    request.onerror = () => fail(new Error('network'));
    request.onabort = () => fail(new Error('stopped'));
    // Of a file that is too large only the size is sent; the answer says so.
    request.send(file.size > Number(largest) ? null : file);
  });
}

const reachable = () => fetch('/favicon.ico', { cache: 'no-store' }).then(() => true, () => false);

function progress(part) {
  const { adding: text } = at('.d-drop').dataset;
  const done = adding.total - adding.queue.length;
  const percent = adding.total ? Math.min(100, (100 * (done + part)) / adding.total) : 0;
  const bar = at('.d-bar');
  bar.setAttribute('aria-valuenow', String(Math.round(percent)));
  bar.firstElementChild.style.width = `${percent}%`;
  const [next] = adding.queue;
  if (next && adding.running) {
    at('.d-adding-now').textContent = filled(text, { name: next[1], done: done + 1, total: adding.total });
  }
}

function counts() {
  const { dataset } = at('.d-drop');
  const names = { added: 'countAdded', replaced: 'countReplaced', unchanged: 'countUnchanged', failed: 'countFailed' };
  const said = Object.entries(names).filter(([status]) => adding.counts[status])
    .map(([status, name]) => filled(dataset[name], { count: adding.counts[status] }));
  if (adding.skipped) said.push(filled(dataset.countSkipped, { count: adding.skipped }));
  at('.d-counts').textContent = said.join(' · ');
}

function report(status, row, path) {
  adding.counts[status] = (adding.counts[status] ?? 0) + 1;
  const list = at('.d-report');
  at('b', row).textContent = path;
  // What was not added stands first: it wants to be seen. Then comes what was done last.
  const failed = all('.y-failed', list).pop();
  if (failed) failed.after(row);
  else list.prepend(row);
  counts();
}

function brokenRow(path) {
  const row = document.createElement('li');
  row.className = 'y-failed';
  const said = document.createElement('span');
  said.textContent = filled(at('.d-drop').dataset.fileBroken, { name: path });
  row.append(document.createElement('b'), said);
  return row;
}

async function run() {
  const { dataset } = at('.d-drop');
  const section = at('.d-adding');
  const [stop, goOn, close] = ['stop', 'go-on', 'close'].map((name) => at(`[data-adding="${name}"]`, section));
  Object.assign(adding, { running: true, stopped: false });
  section.classList.add('d-running');
  [stop.hidden, goOn.hidden, close.hidden] = [false, true, true];
  let end = dataset.addingDone;
  if (!adding.total) end = dataset.nothingToAdd;
  while (adding.queue.length) {
    const next = adding.queue[0];
    progress(0);
    try {
      const said = await post(next, progress);
      for (const { status, html, inside } of said) {
        const holder = document.createElement('template');
        holder.innerHTML = html;
        report(status, holder.content.firstElementChild, `${next[1]}${inside}`);
      }
      if (said.some(({ status }) => status !== 'failed') && Date.now() - adding.drawnAt > 4000) {
        adding.drawnAt = Date.now();
        refresh();
      }
    } catch {
      if (adding.stopped) {
        end = dataset.addingStopped;
        break;
      }
      if (!(await reachable())) {
        end = dataset.addingBroken;
        break;
      }
      report('failed', brokenRow(next[1]), next[1]);
    }
    adding.queue.shift();
    if (adding.stopped && adding.queue.length) {
      end = dataset.addingStopped;
      break;
    }
  }
  adding.running = false;
  section.classList.remove('d-running');
  progress(0);
  counts();
  at('.d-adding-now').textContent = end;
  [stop.hidden, goOn.hidden, close.hidden] = [true, !adding.queue.length, false];
  goOn.textContent = filled(dataset.goOn, { count: adding.queue.length });
  adding.runs += 1;
  refresh();
}

function control(what) {
  if (what === 'stop') {
    adding.stopped = true;
    adding.request?.abort();
  } else if (what === 'go-on') run();
  else {
    at('.d-adding').hidden = true;
    adding.queue = [];
  }
}

// -- events -------------------------------------------------------------------------------------------------

element.addEventListener('click', (event) => {
  const target = event.target.closest('[data-do], [data-adding], [data-choose-files]');
  if (!target || !element.contains(target)) return;
  const row = target.closest('.d-row');
  if (target.dataset.adding) control(target.dataset.adding);
  if (target.dataset.chooseFiles) at(`.d-drop input[name=${target.dataset.chooseFiles}]`).click();
  switch (target.dataset.do) {
    case 'open':
      openPanel(target, row.dataset.id);
      ask('display', { document: row.dataset.id });
      break;
    case 'edit':
      edit(row);
      break;
    case 'cancel':
      closeEditor(target.closest('form'));
      break;
    case 'more':
      page.count += ROWS;
      page.focus = { id: all('#d-rows .d-row').pop()?.dataset.id, what: 'open' };
      ask('show');
      break;
    case 'unselect':
      all('#d-rows .d-row input:checked').forEach((box) => (box.checked = false));
      choose();
      break;
    case 'remove':
    case 'remove-chosen': {
      if (!confirmed(target)) break;
      const documents = row ? [row.dataset.id] : [...page.chosen];
      busy(target);
      page.focus = {};
      ask('remove', { documents });
    }
  }
});

element.addEventListener('change', (event) => {
  const field = event.target;
  if (field.matches('.d-drop input[type=file]')) {
    const folder = field.name === 'folder';
    enqueue([...field.files].map((file) => [file, file.webkitRelativePath || file.name, folder]));
    field.value = '';
  } else if (field.matches('.d-sort select')) {
    Object.assign(page, { order: field.value, count: ROWS });
    ask('show');
  } else if (field.matches('[data-all]')) {
    all('#d-rows .d-row input[type=checkbox]').forEach((box) => (box.checked = field.checked));
    choose();
  } else if (field.matches('.d-row .d-check input')) choose();
});

element.addEventListener('input', (event) => {
  if (!event.target.matches('.d-search')) return;
  clearTimeout(page.typing);
  page.typing = setTimeout(() => {
    Object.assign(page, { search: event.target.value, count: ROWS });
    ask('show');
  }, 200);
});

element.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.dataset.form) return;
  event.preventDefault();
  const button = at('[type=submit]', form);
  if (button.disabled) return;
  at('.d-error', form).textContent = '';
  at('input', form).removeAttribute('aria-invalid');
  const values = Object.fromEntries(new FormData(form));
  if (form.dataset.form === 'create') {
    ask('create', values);
    return;
  }
  const { id } = form.closest('.d-row').dataset;
  busy(button);
  page.focus = { id, what: 'edit' };
  ask('save', { document: id, ...values });
});

element.addEventListener('keydown', (event) => {
  const form = event.target.closest?.('.d-edit');
  if (event.key === 'Escape' && form) closeEditor(form);
});

if (!page.ready) {
  page.ready = true;
  const withFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes('Files');
  let depth = 0;
  const over = (on) => at('.d-drop')?.classList.toggle('d-over', on);
  // Anywhere on the page: what misses the zone must not make the browser leave the page for the file.
  document.addEventListener('dragenter', (event) => withFiles(event) && over(++depth > 0));
  document.addEventListener('dragleave', (event) => withFiles(event) && over(--depth > 0));
  document.addEventListener('dragover', (event) => withFiles(event) && event.preventDefault());
  document.addEventListener('drop', async (event) => {
    if (!withFiles(event)) return;
    event.preventDefault();
    depth = 0;
    over(false);
    if (at('.d-drop')) enqueue(await dropped(event.dataTransfer));
  });
  document.addEventListener('click', (event) => {
    if (event.target.closest('#d-panel [data-hide]') || event.target.matches('#d-panel')) closePanel();
    const place = event.target.closest('#d-panel [data-event=open]');
    if (place) ask('display', { ...place.dataset });
  });
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Escape') closePanel();
    if (event.key === 'Tab') keepInside(event);
  });
  window.addEventListener('beforeunload', (event) => {
    if (adding.running) event.preventDefault();
  });
}

// Only the header and the page are inert behind the panel; the browser's own bars stay reachable.
function keepInside(event) {
  const panel = at('#d-panel.d-open');
  if (!panel) return;
  const stops = all('a[href], button:not([disabled]), summary, [tabindex="0"]', panel).filter((each) => each.offsetParent);
  const edge = event.shiftKey ? stops[0] : stops[stops.length - 1];
  if (document.activeElement === edge) {
    event.preventDefault();
    stops[event.shiftKey ? stops.length - 1 : 0].focus();
  }
}

if (element.closest('#d-rows')) page.trigger = trigger;
watch('value', () => {
  const receipt = at('[data-receipt]', element);
  if (receipt) receive(receipt.dataset);
  if (element.closest('#d-rows')) drawn();
});
