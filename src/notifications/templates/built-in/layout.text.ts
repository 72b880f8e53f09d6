import type { LaidOut } from './laid-out.js';

export function layoutText({ texts, layout }: LaidOut): string {
  return `${texts.heading}

${texts.paragraphs.map((paragraph) => `${paragraph}\n\n`).join('')}{% if code %}{{ code }}

{% endif %}{% if details != empty %}{% for detail in details %}{{ detail.label }}: {{ detail.value }}
{% endfor %}
{% endif %}{% for item in items %}{{ item.title }}
{% if item.body != '' %}{{ item.body }}
{% endif %}{% if item.url %}{{ item.url }}
{% endif %}
{% endfor %}{% if more > 0 %}+ {{ more }} ${layout.more}

{% endif %}${texts.action}:
{{ link }}

${texts.notes.map((note) => `${note}\n`).join('')}{% if unsubscribeUrl %}${layout.unsubscribe}: {{ unsubscribeUrl }}
{% endif %}
--\u0020
${layout.sentBy} {{ site }}
`;
}
