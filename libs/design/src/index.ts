/** The colours of our pages and emails, as hexadecimal RGB. Every text on its background has a contrast of 4.5:1 or more (WCAG 2.2, 1.4.3). */
export const COLOURS = {
  light: {
    page: '#f3f5f8',
    card: '#ffffff',
    border: '#e2e6ec',
    strong: '#16202c',
    text: '#2a3543',
    soft: '#5b6776',
    accent: '#1f5fd6',
    onAccent: '#ffffff',
    good: '#1a7f4b',
    bad: '#b3261e',
  },
  dark: {
    page: '#111418',
    card: '#1b2027',
    border: '#2c333d',
    strong: '#f2f4f7',
    text: '#d8dde4',
    soft: '#a9b2bf',
    accent: '#8ab4ff',
    onAccent: '#10151c',
    good: '#6fd39c',
    bad: '#ff9d94',
  },
} as const;

export const SANS_SERIF = "-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
