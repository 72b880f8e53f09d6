/** Search, the choice of a language, copying and sending requests. The API reference can be read without it. */
export const DOCS_SCRIPT = `
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const one = (selector, root = document) => root.querySelector(selector);
const make = (name, properties = {}, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};
const html = document.documentElement;
const menu = one('aside details');
const isNarrow = () => matchMedia('(max-width: 52rem)').matches;
const closeMenu = () => { if (isNarrow()) menu.open = false; };

// The same section of the other version.
const keepPlace = () => all('.versions a').forEach((link) => { link.hash = location.hash; });
addEventListener('hashchange', keepPlace);
keepPlace();
closeMenu();
matchMedia('(max-width: 52rem)').addEventListener('change', ({ matches }) => { menu.open = !matches; });
one('aside').addEventListener('click', ({ target }) => {
  if (target.closest('li a')) { show(''); closeMenu(); }
});

// Language of the samples. A browser may refuse to store it.
const read = () => { try { return localStorage.getItem('docs-language'); } catch { return null; } };
const choose = (language) => {
  html.dataset.lang = language;
  all('[data-choose]').forEach((button) => button.setAttribute('aria-pressed', button.dataset.choose === language));
};
for (const samples of all('.samples')) {
  const both = one('[data-language=curl]', samples) && one('[data-language=sdk]', samples);
  samples.classList.toggle('two', Boolean(both));
  const tools = make('div', { className: 'tools' });
  for (const [language, label] of both ? [['curl', 'curl'], ['sdk', 'TypeScript']] : []) {
    const button = make('button', { type: 'button', textContent: label });
    button.dataset.choose = language;
    button.onclick = () => {
      const before = samples.getBoundingClientRect().top;
      choose(language);
      scrollBy({ top: samples.getBoundingClientRect().top - before, behavior: 'instant' });
      try { localStorage.setItem('docs-language', language); } catch {}
    };
    tools.append(button);
  }
  const request = one('.try', samples);
  if (request) {
    const button = make('button', { type: 'button', className: 'open', textContent: 'Try it' });
    button.onclick = () => open(request.dataset, one('.title', samples.closest('section')).textContent);
    tools.append(button);
  }
  if (tools.children.length) samples.prepend(tools);
}
choose(read() === 'sdk' ? 'sdk' : 'curl');

// Only on https and localhost.
if (navigator.clipboard) {
  for (const button of all('.copy')) {
    button.hidden = false;
    button.onclick = async () => {
      await navigator.clipboard.writeText(one('pre', button.closest('figure')).textContent);
      button.textContent = 'Copied';
      setTimeout(() => { button.textContent = 'Copy'; }, 1500);
    };
  }
}

// Marks where the reader is.
const linkOf = new Map(all('aside details li a').map((link) => [link.hash.slice(1), link]));
const seen = new Set();
const observer = new IntersectionObserver((entries) => {
  entries.forEach(({ target, isIntersecting }) => seen[isIntersecting ? 'add' : 'delete'](target.id));
  const current = [...linkOf.keys()].find((id) => seen.has(id));
  if (!current) return;
  linkOf.forEach((link, id) => id === current ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current'));
  if (!isNarrow()) linkOf.get(current).scrollIntoView({ block: 'nearest' });
}, { rootMargin: '-10% 0px -60% 0px' });
all('main section').forEach((section) => observer.observe(section));

// Search: in titles and paths first, then in everything else.
const search = one('aside input');
const results = one('#results');
const index = all('main section').map((section) => {
  const head = one('.title', section).textContent.trim() + ' ' + (one('.route', section)?.textContent.trim() ?? '') + ' ' + section.id;
  const body = one('div', section).textContent.replace(/\\s+/g, ' ');
  return { id: section.id, title: one('.title', section).textContent.trim(), head: head.toLowerCase(), body, text: body.toLowerCase() };
});
const show = (query) => {
  search.value = query;
  find();
};
const find = () => {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
  results.hidden = words.length === 0;
  const hits = index
    .filter(({ head, text }) => words.every((word) => head.includes(word) || text.includes(word)))
    .map((hit) => ({ ...hit, score: words.filter((word) => hit.head.includes(word)).length }))
    .sort((a, b) => b.score - a.score);
  results.replaceChildren(...(hits.length ? hits.slice(0, 20).map((hit) => itemOf(hit, words[0])) : [make('li', { textContent: 'Nothing found' })]));
};
const itemOf = ({ id, title, body, text }, word = '') => {
  const at = text.indexOf(word);
  const start = Math.max(0, at - 30);
  const excerpt = at < 0 ? [] : [make('small', {}, (start ? '…' : '') + body.slice(start, at), make('mark', { textContent: body.slice(at, at + word.length) }), body.slice(at + word.length, at + 60) + '…')];
  return make('li', {}, make('a', { href: '#' + id }, title, ...excerpt));
};
search.hidden = false;
if (matchMedia('(hover: hover)').matches) search.placeholder = 'Search (press /)';
search.addEventListener('input', find);
search.addEventListener('keydown', (event) => {
  if (event.key === 'Escape') { show(''); search.blur(); }
  if (event.key === 'Enter') one('a', results)?.click();
});
addEventListener('keydown', (event) => {
  const isTyping = /^(INPUT|TEXTAREA)$/.test(document.activeElement?.tagName) || one('dialog').open;
  const isShortcut = (event.key === '/' && !isTyping) || (event.key === 'k' && (event.ctrlKey || event.metaKey));
  if (isShortcut) { event.preventDefault(); search.select(); search.focus(); }
});

// Sending a request to this server. Tokens are only kept until the page is closed.
const dialog = one('dialog');
const form = one('form', dialog);
const answer = one('[role=status]', dialog);
const fields = form.elements;
let request = {};
const open = (given, title) => {
  request = given;
  one('h2', dialog).textContent = title;
  fields.url.value = given.url;
  fields.body.value = given.body;
  fields.token.closest('label').hidden = !given.secured;
  fields.body.closest('label').hidden = !given.type;
  answer.replaceChildren();
  dialog.showModal();
};
one('.plain', dialog).onclick = () => dialog.close();
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const { method, type, secured } = request;
  const headers = {
    ...(type ? { 'Content-Type': type } : {}),
    ...(secured && fields.token.value ? { Authorization: 'Bearer ' + fields.token.value.trim() } : {}),
  };
  answer.replaceChildren('…');
  try {
    const response = await fetch(fields.url.value, { method, headers, cache: 'no-store', ...(type ? { body: fields.body.value } : {}) });
    const text = await response.text();
    let shown = text;
    try {
      const json = JSON.parse(text);
      shown = JSON.stringify(json, null, 2);
      if (json.accessToken) fields.token.value = json.accessToken;
    } catch {}
    const lines = [...response.headers].map(([name, value]) => name + ': ' + value).join('\\n');
    answer.replaceChildren(
      make('p', { className: response.ok ? 'good' : 'bad', textContent: 'Status ' + response.status }),
      ...(shown ? [make('pre', { tabIndex: 0, textContent: shown })] : []),
      make('details', {}, make('summary', { textContent: 'Headers' }), make('pre', { textContent: lines })),
    );
  } catch (error) {
    answer.replaceChildren(make('p', { className: 'bad', textContent: 'No response: ' + error.message }));
  }
});
`;
