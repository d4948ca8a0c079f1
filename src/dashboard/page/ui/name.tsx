// Name: the name of an endpoint on the page. It may be any string: ten thousand characters, right to left, nothing at all.
// It is text and nothing else, its direction ends with it, and what is too long for anyone to read is cut.
const MOST_SHOWN = 160

/** What a name is called in sentences. */
export function shortName(name: string, most = MOST_SHOWN): string {
  if (name === '') return '(empty name)'
  return name.length > most ? `${name.slice(0, most)}…` : name
}

export function Name({ name, most = MOST_SHOWN }: { name: string; most?: number }) {
  if (name.trim() === '') return <span class="name-empty">{name === '' ? '(empty name)' : '(blank name)'}</span>
  return <bdi class="name">{shortName(name, most)}</bdi>
}
