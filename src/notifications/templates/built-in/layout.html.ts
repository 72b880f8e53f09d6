import { COLOURS, SANS_SERIF } from '#libs/design';
import type { LaidOut } from './laid-out.js';

const { light, dark } = COLOURS;

/**
 * A single column that fits any width. Styles are inline, because some mail clients drop the head. Nothing is loaded
 * from elsewhere, so opening the mail can't be tracked. The invisible characters keep mail clients from showing the
 * start of the text after the preheader.
 */
export function layoutHtml({ lang, texts, layout }: LaidOut): string {
  return `<!doctype html>
<html lang="${lang}" dir="ltr">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="supported-color-schemes" content="light dark">
<meta name="format-detection" content="telephone=no, date=no, address=no, email=no">
<title>${escaped(texts.subject)}</title>
<style>
  :root { color-scheme: light dark; supported-color-schemes: light dark; }
  @media (prefers-color-scheme: dark) {
    .page { background-color: ${dark.page} !important; }
    .card { background-color: ${dark.card} !important; border-color: ${dark.border} !important; }
    .strong { color: ${dark.strong} !important; }
    .soft { color: ${dark.soft} !important; }
    .link { color: ${dark.accent} !important; }
    .button { background-color: ${dark.accent} !important; }
    .button a { color: ${dark.onAccent} !important; }
    .rule { border-color: ${dark.border} !important; }
  }
  @media (max-width: 480px) {
    .card { padding: 28px 22px !important; }
    .button, .button a { display: block !important; text-align: center !important; }
  }
</style>
</head>
<body class="page" style="margin:0;padding:0;background-color:${light.page};-webkit-text-size-adjust:100%;">
<div style="display:none;max-height:0;max-width:0;overflow:hidden;opacity:0;mso-hide:all;">${escaped(texts.preheader)}{% for i in (1..60) %}&#847;&zwnj;&nbsp;{% endfor %}</div>
<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" border="0" style="background-color:${light.page};">
<tr><td align="center" style="padding:32px 12px;">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="max-width:560px;">
<tr><td class="card" style="background-color:${light.card};border:1px solid ${light.border};border-radius:12px;padding:40px;font-family:${SANS_SERIF};">
<h1 class="strong" style="margin:0 0 20px;font-size:24px;line-height:1.3;font-weight:600;color:${light.strong};">${escaped(texts.heading)}</h1>
${lines(texts.paragraphs, (paragraph) => `<p class="strong" style="margin:0 0 16px;font-size:16px;line-height:1.6;color:${light.text};">${paragraph}</p>`)}{% if code %}<p class="strong" style="margin:24px 0 8px;font-size:32px;line-height:1.3;font-weight:600;letter-spacing:6px;color:${light.strong};">{{ code }}</p>
{% endif %}{% if details != empty %}<table class="rule" width="100%" cellpadding="0" cellspacing="0" border="0" style="margin:24px 0 0;border-left:3px solid ${light.border};">
{% for detail in details %}<tr><th class="soft" scope="row" align="left" valign="top" style="padding:3px 12px 3px 16px;font-size:14px;line-height:1.5;font-weight:400;white-space:nowrap;color:${light.soft};">{{ detail.label }}</th><td class="strong" width="100%" valign="top" style="padding:3px 0;font-size:14px;line-height:1.5;overflow-wrap:anywhere;color:${light.text};">{{ detail.value }}</td></tr>
{% endfor %}</table>
{% endif %}{% for item in items %}<h2 class="strong" style="margin:24px 0 4px;font-size:16px;line-height:1.5;font-weight:600;overflow-wrap:anywhere;color:${light.strong};">{% if item.url %}<a class="strong" href="{{ item.url }}" style="color:${light.strong};">{{ item.title }}</a>{% else %}{{ item.title }}{% endif %}</h2>
{% if item.body != '' %}<p class="strong" style="margin:0;font-size:16px;line-height:1.6;white-space:pre-line;overflow-wrap:anywhere;color:${light.text};">{{ item.body }}</p>
{% endif %}{% endfor %}{% if more > 0 %}<p class="soft" style="margin:24px 0 0;font-size:14px;line-height:1.5;color:${light.soft};">+ {{ more }} ${escaped(layout.more)}</p>
{% endif %}<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="margin:28px 0;">
<tr><td class="button" style="border-radius:8px;background-color:${light.accent};">
<a href="{{ link }}" style="display:inline-block;padding:14px 28px;font-size:16px;line-height:1.2;font-weight:600;color:${light.onAccent};text-decoration:none;border-radius:8px;">${escaped(texts.action)}</a>
</td></tr></table>
<p class="soft" style="margin:0 0 6px;font-size:14px;line-height:1.5;color:${light.soft};">${escaped(layout.fallback)}</p>
<p style="margin:0 0 24px;font-size:14px;line-height:1.5;word-break:break-all;"><a class="link" href="{{ link }}" style="color:${light.accent};">{{ link }}</a></p>
<div class="rule" style="border-top:1px solid ${light.border};margin:0 0 20px;font-size:0;line-height:0;">&nbsp;</div>
${lines(texts.notes, (note) => `<p class="soft" style="margin:0 0 8px;font-size:14px;line-height:1.5;color:${light.soft};">${note}</p>`)}{% if unsubscribeUrl %}<p style="margin:0 0 8px;font-size:14px;line-height:1.5;"><a class="link" href="{{ unsubscribeUrl }}" style="color:${light.accent};">${escaped(layout.unsubscribe)}</a></p>
{% endif %}</td></tr>
<tr><td align="center" class="soft" style="padding:20px 12px 0;font-family:${SANS_SERIF};font-size:13px;line-height:1.5;color:${light.soft};">${escaped(layout.sentBy)} {{ site }}</td></tr>
</table>
</td></tr></table>
</body>
</html>
`;
}

function lines(texts: readonly string[], render: (text: string) => string): string {
  return texts.map((text) => `${render(escaped(text))}\n`).join('');
}

/** For text between tags. */
function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
