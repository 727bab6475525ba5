// Runs once for each of the window's HTML components, as gradio's js_on_load: `element`, `trigger` and `watch` are
// given. Elements say what they do in data attributes; no text of a document ever becomes a script.
const EVENTS = ['cite', 'example', 'judge', 'open', 'remove'];

function show(panel, visible) {
  document.getElementById('columns').classList.toggle('y-show-' + panel, visible);
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

function forget() {
  document.querySelectorAll('.y-card.y-current').forEach((card) => card.classList.remove('y-current'));
}

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

// What is being written is kept too, in case the conversation is drawn anew meanwhile.
element.addEventListener('input', (event) => {
  if (!event.target.matches('.y-reason')) return;
  const exchange = event.target.closest('.y-feedback').dataset.feedback;
  kept.set(exchange, { ...kept.get(exchange), reason: event.target.value });
});

element.addEventListener('keydown', (event) => {
  if (event.key !== 'Enter' || event.isComposing || !event.target.matches('.y-reason')) return;
  event.preventDefault();
  judge(event.target.nextElementSibling);
});

element.addEventListener('click', (event) => {
  const target = event.target.closest('[data-event], [data-show], [data-hide], [data-dismiss]');
  if (!target || !element.contains(target)) return;
  const { event: name, show: shown, hide: hidden, dismiss } = target.dataset;
  if (name && !confirmed(target)) return;
  if (hidden) show(hidden, false);
  if (shown) {
    for (const panel of ['source', 'documents']) show(panel, panel === shown);
  }
  if (dismiss) target.parentElement.remove();
  if (name === 'cite') {
    forget();
    target.classList.add('y-current');
  }
  if (name === 'judge') judge(target);
  else if (EVENTS.includes(name)) trigger(name, { ...target.dataset });
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') ['source', 'documents'].forEach((panel) => show(panel, false));
});

// After each change: the conversation shows its last question, the source its quote.
watch('value', () => {
  const receipt = element.querySelector('[data-receipt]');
  if (receipt) receive(receipt.dataset);
  element.querySelectorAll('.y-feedback').forEach(mark);
  const scroll = (box, child, share) => {
    if (!box || !child) return;
    const offset = child.getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTop += offset - box.clientHeight * share;
  };
  if (element.closest('#conversation')) forget();
  scroll(element.closest('#conversation'), element.querySelector('.y-exchange:last-child'), 0.02);
  scroll(element.querySelector('.y-text'), element.querySelector('.y-text mark, .y-passage'), 0.3);
});
