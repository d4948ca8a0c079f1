// Printable: text of the user's (names, trip messages) made fit for one line of a log or a terminal.
// Nobody can forge a line, hide text or turn its direction with it; read by describeReason and by the errors.

/** Controls (C0, DEL, C1), line and paragraph separators, lone surrogates, marks that turn the direction of text, BOM. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** `text` in one line, everything unprintable escaped as in a string literal, and cut after `most` characters. */
export function printable(text: string, most = 200): string {
  if (text.length <= most) return escaped(text)
  // A pair of surrogates is not cut in two.
  const end = isHighSurrogate(text.charCodeAt(most - 1)) ? most - 1 : most
  return `${escaped(text.slice(0, end))}…`
}

function escaped(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

function isHighSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff
}
