// Runs before all else on the page (`ui.early`): the browser's own name for its conversations, language, theme, and the keys.
(() => {
  const cookie = (name) => document.cookie.split('; ').find((pair) => pair.startsWith(name + '='))?.slice(name.length + 1) ?? '';
  const keep = (name, value) => {
    document.cookie = `${name}=${value}; path=/; max-age=315360000; samesite=strict`;
  };
  // Conversations belong to a browser; cookies, unlike its other stores, do not depend on the port.
  if (!/^[0-9a-f]{32}$/.test(cookie('yinda_owner'))) {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    keep('yinda_owner', [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join(''));
  }

  const known = (code) => ['zh', 'en'].find((language) => code?.toLowerCase().split('-')[0] === language);
  const language = known(cookie('yinda_language')) ?? navigator.languages.map(known).find(Boolean) ?? 'zh';
  // gradio's own components ask the browser; the choice made here goes before it. The language also decides which
  // shapes the system's fonts give to Chinese characters.
  Object.defineProperty(navigator, 'language', { get: () => (language === 'zh' ? 'zh-CN' : 'en'), configurable: true });
  const lang = () => {
    const wanted = language === 'zh' ? 'zh-CN' : 'en';
    if (document.documentElement.lang !== wanted) document.documentElement.lang = wanted;
  };
  lang();
  new MutationObserver(lang).observe(document.documentElement, { attributeFilter: ['lang'] });

  // gradio takes the theme from the address, and follows the system without one.
  const address = new URL(location.href);
  const theme = cookie('yinda_theme');
  if (['dark', 'light'].includes(theme) && address.searchParams.get('__theme') !== theme) {
    address.searchParams.set('__theme', theme);
    history.replaceState(null, '', address);
  }

  window.yinda = {
    sent: false, // a question is on its way, of which nothing is shown yet
    held: false, // another one is written, to be sent once this one is answered
    asking() {
      return this.sent || document.querySelector('#chat .y-working') !== null;
    },
    // The conversation was drawn, or what was sent has come to its end.
    settled() {
      this.sent = false;
      if (!this.held || this.asking()) return;
      this.held = false;
      if (document.querySelector('#question textarea').value.trim()) document.querySelector('button#send').click();
    },
    speak(code) {
      keep('yinda_language', code);
      location.reload();
    },
    shade() {
      const dark = !document.body.classList.contains('dark');
      keep('yinda_theme', dark ? 'dark' : 'light');
      document.body.classList.toggle('dark', dark);
      const here = new URL(location.href);
      here.searchParams.set('__theme', dark ? 'dark' : 'light');
      history.replaceState(null, '', here);
    },
  };

  const asks = (target) => target instanceof Element && target.matches('#question textarea') && target.value.trim() !== '';
  const send = (event) => {
    if (window.yinda.asking()) {
      window.yinda.held = true;
      event.preventDefault();
      event.stopImmediatePropagation();
    } else window.yinda.sent = true;
  };
  const writes = (target) => target instanceof Element && target.closest('input, textarea, select, [contenteditable]');
  document.addEventListener('keydown', (event) => {
    // Enter that ends a word of an input method is not one that sends (229: browsers that say so only this way).
    if (event.key === 'Enter' && (event.isComposing || event.keyCode === 229)) {
      event.stopImmediatePropagation();
      return;
    }
    if (event.key === 'Enter' && !event.shiftKey && asks(event.target)) send(event);
    if (event.key === '/' && !event.ctrlKey && !event.metaKey && !event.altKey && !writes(event.target)) {
      const question = document.querySelector('#question textarea');
      if (question) {
        event.preventDefault();
        question.focus();
      }
    }
  }, true);

  document.addEventListener('click', (event) => {
    if (event.target instanceof Element && event.target.closest('button#send')) send(event);
  }, true);

  // What was written on the first page (`ui.opening`) goes on here.
  const draft = sessionStorage.getItem('yinda_draft');
  if (draft) {
    const begun = () => {
      const field = document.querySelector('#question textarea');
      const button = document.querySelector('button#send');
      if (!field || !button || !document.querySelector('.y-welcome, .y-exchange')) return;
      waiting.disconnect();
      sessionStorage.removeItem('yinda_draft');
      const { text, sent } = JSON.parse(draft);
      if (!text || field.value) return;
      field.value = text;
      field.dispatchEvent(new Event('input', { bubbles: true }));
      field.focus();
      if (sent) setTimeout(() => button.click(), 50); // once gradio has taken the text
    };
    const waiting = new MutationObserver(begun);
    document.addEventListener('DOMContentLoaded', () => waiting.observe(document.body, { childList: true, subtree: true }));
  }
})();
