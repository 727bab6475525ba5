// Runs once for each of the window's HTML components, as gradio's js_on_load: `element`, `trigger` and `watch` are
// given. Elements say what they do in data attributes; no text of a document ever becomes a script.
const EVENTS = ['cite', 'delete', 'open']; // clicks that only say what was clicked
const LEAVING = { 'new': 'new_instead', 'open_conversation': 'open_conversation_instead' }; // while none is asked, and while one is
const PANELS = ['source', 'sidebar'];
// What head.js gives; without it, where another program has mounted the window, nothing is known of what is being asked.
const page = (window.yinda ??= { sent: false, held: false, asking: () => false, settled() {}, speak() {}, shade() {} });

function show(panel, visible) {
  document.getElementById('columns')?.classList.toggle('y-show-' + panel, visible);
}

// A destructive button asks once more, in its own words, before it acts.
function confirmed(button) {
  if (!button.dataset.confirm || button.dataset.armed) return true;
  const words = button.textContent;
  button.dataset.armed = '1';
  button.textContent = button.dataset.confirm;
  setTimeout(() => {
    delete button.dataset.armed;
    button.textContent = words;
  }, 4000);
  return false;
}

// A second click on the same thing, a moment after the first, is none of its own.
function repeated(button) {
  if (button.dataset.done) return true;
  button.dataset.done = '1';
  setTimeout(() => delete button.dataset.done, 1000);
  return false;
}

function forget() {
  document.querySelectorAll('.y-card.y-current').forEach((card) => card.classList.remove('y-current'));
}

function scroll(box, child, share) {
  if (!box || !child) return;
  const offset = child.getBoundingClientRect().top - box.getBoundingClientRect().top;
  box.scrollTop += offset - box.clientHeight * share;
}

// -- what people say of an answer ---------------------------------------------------------------------------

// What the server said it kept of this page's clicks, by exchange: the conversation is drawn anew with each question,
// and gets its marks again.
const kept = (window.yindaKept ??= new Map());

function mark(box) {
  const said = kept.get(box.dataset.feedback);
  if (!said) return;
  box.querySelectorAll('[aria-pressed]').forEach((button) => {
    button.setAttribute('aria-pressed', String(button.dataset.verdict === said.verdict));
  });
  box.querySelector('.y-why').hidden = said.verdict !== 'wrong';
  box.querySelector('.y-reason').value = said.reason ?? '';
  const receipt = box.querySelector('.y-receipt');
  receipt.textContent = said.message ?? '';
  receipt.classList.toggle('y-failed', Boolean(said.failed));
}

function judge(button) {
  const box = button.closest('.y-feedback');
  const reason = box.querySelector('.y-reason').value.trim();
  const { judged, verdict } = button.dataset;
  kept.set(judged, { ...kept.get(judged), reason });
  box.querySelector('.y-receipt').textContent = '…';
  trigger('judge', { judged, verdict, reason: verdict === 'wrong' ? reason : '' });
}

function receive({ receipt, verdict, message, kept: stored }) {
  const said = kept.get(receipt) ?? {};
  const failed = stored !== '1';
  kept.set(receipt, { ...said, message, failed, verdict: failed ? said.verdict : verdict });
  document.querySelectorAll('.y-feedback').forEach((box) => {
    if (box.dataset.feedback !== receipt) return;
    const asks = !failed && verdict === 'wrong' && box.querySelector('.y-why').hidden;
    mark(box);
    if (asks) box.querySelector('.y-why').scrollIntoView({ block: 'nearest' });
  });
}

// -- what is written ----------------------------------------------------------------------------------------

function openEditor(button) {
  const editor = button.parentElement.closest('.y-turn, .y-understood').querySelector('.y-editor');
  editor.hidden = false;
  const field = editor.querySelector('textarea');
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

function again(target) {
  const { exchange, mode } = target.dataset;
  const field = target.closest('.y-editor')?.querySelector('textarea');
  if (field && !field.value.trim()) return;
  if (repeated(target)) return;
  page.sent = true;
  trigger('again', { exchange, mode, question: field ? field.value.trim() : '' });
  if (field) target.closest('.y-editor').hidden = true;
}

let searching;
element.addEventListener('input', (event) => {
  const field = event.target;
  if (field.matches('.y-reason')) {
    // What is being written is kept too, in case the conversation is drawn anew meanwhile.
    const exchange = field.closest('.y-feedback').dataset.feedback;
    kept.set(exchange, { ...kept.get(exchange), reason: field.value });
  } else if (field.dataset.find) {
    clearTimeout(searching);
    searching = setTimeout(() => trigger('find', { words: field.value }), 250);
  }
});

element.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && event.target.closest('.y-editor')) event.target.closest('.y-editor').hidden = true;
  if (event.key !== 'Enter' || event.isComposing || event.shiftKey) return;
  if (event.target.matches('.y-reason')) {
    event.preventDefault();
    judge(event.target.nextElementSibling);
  } else if (event.target.matches('.y-editor textarea')) {
    event.preventDefault();
    again(event.target.closest('.y-editor').querySelector('[data-event]'));
  }
});

element.addEventListener('change', (event) => {
  if (event.target.dataset.choose !== 'library') return;
  const address = new URL(location.href);
  address.searchParams.set('library', event.target.value);
  address.searchParams.delete('conversation');
  location.assign(address);
});

// -- clicks -------------------------------------------------------------------------------------------------

async function copy(button) {
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    // Without leave for the clipboard, as on a page that is not in front.
    const field = document.createElement('textarea');
    field.value = button.dataset.copy;
    document.body.append(field);
    field.select();
    document.execCommand('copy');
    field.remove();
  }
  const words = button.textContent;
  button.textContent = button.dataset.copied;
  setTimeout(() => (button.textContent = words), 1600);
}

function view(button) {
  const source = button.closest('.y-source');
  source.classList.toggle('y-see-text', button.dataset.view === 'text');
  source.querySelectorAll('[data-view]').forEach((each) => each.setAttribute('aria-pressed', String(each === button)));
  if (button.dataset.view === 'text') scroll(source.querySelector('.y-text'), source.querySelector('mark, .y-passage'), 0.3);
}

element.addEventListener('click', (event) => {
  const target = event.target.closest(
    '[data-event], [data-show], [data-hide], [data-dismiss], [data-open-editor], [data-close-editor], [data-copy],' +
      ' [data-goto], [data-view], [data-language], [data-theme]',
  );
  if (!target || !element.contains(target)) return;
  const { event: name, show: shown, hide: hidden } = target.dataset;
  if (name && !confirmed(target)) return;
  if (hidden) show(hidden, false);
  if (shown) PANELS.forEach((panel) => show(panel, panel === shown));
  if (target.dataset.dismiss) target.parentElement.remove();
  if (target.dataset.openEditor) openEditor(target);
  if (target.dataset.closeEditor) target.closest('.y-editor').hidden = true;
  if (target.dataset.copy) copy(target);
  if (target.dataset.view) view(target);
  if (target.dataset.language) page.speak(target.dataset.language);
  if (target.dataset.theme) page.shade();
  if (target.dataset.goto) {
    const box = target.closest('.y-source');
    box.classList.add('y-see-text');
    scroll(box.querySelector('.y-text'), box.querySelector(`[data-at="${target.dataset.goto}"]`), 0.05);
    target.closest('details').open = false;
  }
  if (name === 'cite') {
    forget();
    if (target.matches('.y-card')) target.classList.add('y-current');
  }
  if (name === 'judge') judge(target);
  else if (name === 'again') again(target);
  else if (name === 'rename') {
    const value = window.prompt(target.dataset.prompt, target.dataset.value);
    if (value?.trim()) trigger('rename', { conversation: target.dataset.conversation, value: value.trim() });
  } else if (name === 'example') {
    if (repeated(target)) return;
    page.sent = true;
    trigger(name, { ...target.dataset });
  } else if (name in LEAVING) {
    show('sidebar', false);
    trigger(page.asking() ? LEAVING[name] : name, { ...target.dataset });
    page.sent = page.held = false;
  } else if (EVENTS.includes(name)) trigger(name, { ...target.dataset });
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') PANELS.forEach((panel) => show(panel, false));
});

// -- after each change --------------------------------------------------------------------------------------

// The address names the open conversation, so that a page that is loaded again shows it again.
function remember({ library, conversation, search }) {
  const here = new URL(location.href);
  // The first Library goes without a name; it is the only one where there is no choice.
  const first = document.querySelector('[data-choose="library"] option')?.value ?? library;
  for (const [key, value] of [['library', library === first ? '' : library], ['conversation', conversation]]) {
    if (value) here.searchParams.set(key, value);
    else here.searchParams.delete(key);
  }
  if (here.href !== location.href) history.replaceState(null, '', here);
  const field = document.querySelector('.y-search');
  if (field && field !== document.activeElement) field.value = search;
}

watch('value', () => {
  const receipt = element.querySelector('[data-receipt]');
  if (receipt) receive(receipt.dataset);
  element.querySelectorAll('.y-feedback').forEach(mark);
  const list = element.querySelector('.y-conversations');
  if (list) remember(list.dataset);
  // The conversation shows its last question, the source its quote.
  const box = document.getElementById('scroll');
  if (element.closest('#conversation, #pending')) page.settled();
  if (element.closest('#conversation')) {
    forget();
    scroll(box, element.querySelector('.y-exchange:last-child'), 0.02);
  }
  if (element.closest('#pending')) scroll(box, element.querySelector('.y-exchange'), 0.02);
  scroll(element.querySelector('.y-page'), element.querySelector('.y-page i'), 0.3);
  scroll(element.querySelector('.y-text'), element.querySelector('.y-text mark, .y-text .y-passage'), 0.3);
});
