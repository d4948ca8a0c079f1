// Width: text as a terminal shows it: how many columns it takes, cut and broken to fit, and made safe to be shown.
import { stripVTControlCharacters } from 'node:util'
import stringWidth from 'string-width'

/** Controls, separators of lines, lone surrogates, marks that turn the direction of text, BOM, and what shows nothing. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\p{Cs}\u00ad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/gu
const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }
/** A name may be megabytes long, and is looked at four times a second. */
const LONGEST = 1000
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' })

/** Text of the user's or from the network in one line, in which nothing moves the cursor or turns the text around. */
export function safeText(text: string): string {
  const short = text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
  return short.replace(UNPRINTABLE, (character) => {
    return SHORT[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** In columns: wide characters take two. */
export function widthOf(line: string): number {
  return stringWidth(line)
}

/** The width of the longest of its lines, colours aside. */
export function widest(text: string): number {
  const widths = stripVTControlCharacters(text).split('\n').map(widthOf)
  return Math.max(...widths)
}

/** At most `width` columns, without colours in it; an ellipsis stands for what is missing. */
export function cut(text: string, width: number): string {
  if (widthOf(text) <= width) return text
  let kept = ''
  let room = width - 1
  for (const { segment } of graphemes.segment(text)) {
    room -= widthOf(segment)
    if (room < 0) break
    kept += segment
  }
  return width < 1 ? '' : `${kept}…`
}

/** Breaks a text between words; the lines after the first are indented. */
export function wrap(text: string, width: number, indent = 0): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/(?<=\S) /)) {
    const longer = line === '' ? word : `${line} ${word}`
    if (longer.length <= width || line === '') line = longer
    else {
      lines.push(line)
      line = ' '.repeat(indent) + word.trimStart()
    }
  }
  return [...lines, line].join('\n')
}
