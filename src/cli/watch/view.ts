// View: what the user of the live table has chosen; changed by keys.
import type { Key } from 'node:readline'
import { SORTS, type Sort } from './sort.ts'

export interface View {
  sort: Sort
  isReversed: boolean
  filter: string
  /** While the filter is being typed. */
  isTyping: boolean
  onlyNotClosed: boolean
  /** The name of the endpoint that the cursor is on; of the one that is open. */
  selected: string | null
  opened: string | null
  /** How many lines of it are above the terminal. */
  scroll: number
}

export function newView(sort: Sort = 'state', filter = ''): View {
  return {
    sort,
    isReversed: false,
    filter,
    isTyping: false,
    onlyNotClosed: false,
    selected: null,
    opened: null,
    scroll: 0,
  }
}

/**
 * What a key does to the view. `names` are those that are shown, in their order; `page`, how many of them at a time.
 * Whether it quits.
 */
export function press(view: View, text: string | undefined, key: Key, names: readonly string[], page: number): boolean {
  if (view.isTyping) {
    type(view, text, key)
    return false
  }
  if (view.opened !== null) {
    return read(view, key, page)
  }
  const at = view.selected === null ? -1 : names.indexOf(view.selected)
  const moveTo = (index: number) => {
    view.selected = names[Math.min(Math.max(index, 0), names.length - 1)] ?? null
  }
  switch (key.name) {
    case 'q':
      return true
    case 'up':
    case 'k':
      moveTo(at - 1)
      break
    case 'down':
    case 'j':
      moveTo(at + 1)
      break
    case 'pageup':
      moveTo(at - page)
      break
    case 'pagedown':
    case 'space':
      moveTo(at + page)
      break
    case 'home':
    case 'g':
      moveTo(key.shift === true ? names.length - 1 : 0)
      break
    case 'end':
      moveTo(names.length - 1)
      break
    case 'return':
    case 'right':
      view.opened = view.selected ?? names[0] ?? null
      view.selected = view.opened
      view.scroll = 0
      break
    case 's':
    case 'tab':
      view.sort = SORTS[(SORTS.indexOf(view.sort) + 1) % SORTS.length] ?? 'state'
      break
    case 'r':
      view.isReversed = !view.isReversed
      break
    case 'o':
      view.onlyNotClosed = !view.onlyNotClosed
      break
    case 'escape':
      view.filter = ''
      view.onlyNotClosed = false
      break
    default:
      if (text === '/') view.isTyping = true
  }
  return false
}

/** Of the one that is open. */
function read(view: View, key: Key, page: number): boolean {
  const lines = { up: -1, k: -1, down: 1, j: 1, pageup: -page, pagedown: page, space: page }[key.name ?? '']
  if (lines !== undefined) view.scroll = Math.max(view.scroll + lines, 0)
  if (['escape', 'backspace', 'left', 'return'].includes(key.name ?? '')) view.opened = null
  return key.name === 'q'
}

function type(view: View, text: string | undefined, key: Key): void {
  if (key.name === 'return' || key.name === 'escape') {
    if (key.name === 'escape') view.filter = ''
    view.isTyping = false
  } else if (key.name === 'backspace') view.filter = view.filter.slice(0, -1)
  else if (text !== undefined && key.ctrl !== true && key.meta !== true && !/\p{Cc}/u.test(text)) view.filter += text
}
