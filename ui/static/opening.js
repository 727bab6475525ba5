// What is written while the window is being made is kept for it, also that it was sent (`head.js` puts it there).
(() => {
  const field = document.querySelector('textarea');
  const status = document.querySelector('[role=status]');
  const opening = status.textContent;
  let sent = false;
  let composing = false;
  let there = false;
  const follow = () => {
    if (!there || composing) return; // a word that an input method is still making would be lost
    sessionStorage.setItem('yinda_draft', JSON.stringify({ text: field.value, sent }));
    location.reload();
  };
  field.addEventListener('compositionstart', () => { composing = true; });
  field.addEventListener('compositionend', () => { composing = false; setTimeout(follow); });
  field.addEventListener('input', () => { sent = false; status.textContent = opening; });
  const send = () => {
    if (!field.value.trim()) return;
    sent = true;
    status.textContent = status.dataset.sent;
  };
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && !event.shiftKey) {
      event.preventDefault();
      send();
    }
  });
  document.querySelector('form').addEventListener('submit', (event) => {
    event.preventDefault();
    send();
  });
  const ask = () => fetch('/opened', { cache: 'no-store' }).then((answer) => {
    if (answer.status === 204) {
      there = true;
      follow();
    } else {
      status.textContent = status.dataset.failed;
    }
  }, () => setTimeout(ask, 1000));
  ask();
})();
