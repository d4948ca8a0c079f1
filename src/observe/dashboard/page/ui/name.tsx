// Name: the name of an endpoint on the page. It may be any string: ten thousand characters, right to left, nothing at all.
// It is text and nothing else, its direction ends with it, what can't be seen or turns the text around is written as its
// number, and what is too long for anyone to read is cut.
const MOST_SHOWN = 160
/** Controls, marks of direction, spaces without width. */
const UNSEEN = /[\p{Cc}\p{Cf}\u2028\u2029]/gu

/** What a name is called in sentences. */
export function shortName(name: string, most = MOST_SHOWN): string {
  if (name === '') return '(empty name)'
  const shown = name.slice(0, most).replace(UNSEEN, (character) => `‹${codeOf(character)}›`)
  return name.length > most ? `${shown}…` : shown
}

function codeOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`
}

export function Name({ name, most = MOST_SHOWN }: { name: string; most?: number }) {
  if (name.trim() === '') return <span class="name-empty">{name === '' ? '(empty name)' : '(blank name)'}</span>
  return <bdi class="name">{shortName(name, most)}</bdi>
}
