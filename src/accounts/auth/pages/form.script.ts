/**
 * The script of a page with forms that call the API. The paths are relative, because PUBLIC_URL may contain a path. A
 * token is only in the address bar and the request body, never in the page.
 * @param script may use `lead` and its `texts`, `say(text, field)`, which moves the focus to the text or the invalid
 * field, and `post(form, path, body)`, which resolves to the response's `status`, or 0, and the
 * `code` of the problem with the pointer to its first invalid `field`
 */
export function formScript(script: string): string {
  return `
const status = document.querySelector('[role=status]');
const lead = document.querySelector('[data-done]');
const texts = lead.dataset;
function say(text, field) {
  status.textContent = text;
  lead.hidden = document.forms[0].hidden;
  for (const input of document.querySelectorAll('input')) {
    input.setAttribute('aria-invalid', String(input === field));
  }
  (field || status).focus();
}
async function post(form, path, body) {
  const button = form.querySelector('button');
  button.disabled = true;
  try {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { code, errors = [] } = response.ok ? {} : await response.json().catch(() => ({}));
    return { status: response.status, code, field: errors[0]?.pointer };
  } catch {
    return { status: 0, code: '' };
  } finally {
    button.disabled = false;
  }
}
${script}`;
}
