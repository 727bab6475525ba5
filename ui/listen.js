// Runs once for each of the window's HTML components, as gradio's js_on_load: `element`, `trigger` and `watch` are
// given. Elements say what they do in data attributes; no text of a document ever becomes a script.
const EVENTS = ['cite', 'example', 'open', 'remove'];

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
  if (EVENTS.includes(name)) trigger(name, { ...target.dataset });
});

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') ['source', 'documents'].forEach((panel) => show(panel, false));
});

// After each change: the conversation shows its last question, the source its quote.
watch('value', () => {
  const scroll = (box, child, share) => {
    if (!box || !child) return;
    const offset = child.getBoundingClientRect().top - box.getBoundingClientRect().top;
    box.scrollTop += offset - box.clientHeight * share;
  };
  if (element.closest('#conversation')) forget();
  scroll(element.closest('#conversation'), element.querySelector('.y-exchange:last-child'), 0.02);
  scroll(element.querySelector('.y-text'), element.querySelector('.y-text mark, .y-passage'), 0.3);
});
