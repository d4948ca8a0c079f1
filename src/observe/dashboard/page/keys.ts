// Keys: those that work wherever one is. Keys within the list, the fleet and dialogs are theirs.
import { signal } from '@preact/signals'
import { go, openedName, query } from './store/route.ts'
import { nextTheme } from './store/theme.ts'

/** Whether the list of keys is shown. */
export const isHelpOpen = signal(false)

export const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['/'], 'search'],
  [['↑', '↓'], 'go through the list; j and k do, too'],
  [['Enter'], 'open the endpoint'],
  [['Esc'], 'close it; then clear the search'],
  [['1'], 'the list'],
  [['2'], 'the fleet'],
  [['t'], 'light, dark, as the system'],
  [['?'], 'these keys'],
]

export const SEARCH_ID = 'search'
export const VIEW_ID = 'view'

export function focusView(): void {
  document.querySelector<HTMLElement>(`#${VIEW_ID} [tabindex="0"]`)?.focus({ preventScroll: true })
}

export function closeDetail(): void {
  go({ endpoint: null })
  requestAnimationFrame(focusView)
}

export function listenToKeys(): void {
  document.addEventListener('keydown', (event) => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
    if (document.querySelector('dialog[open]') !== null) return
    const isTyping = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement
    if (event.key === 'Escape') leave(event)
    else if (isTyping) return
    else if (event.key === '/') document.getElementById(SEARCH_ID)?.focus()
    else if (event.key === '?') isHelpOpen.value = true
    else if (event.key === '1') go({ view: 'list' })
    else if (event.key === '2') go({ view: 'fleet' })
    else if (event.key === 't') nextTheme()
    else return
    event.preventDefault()
  })
}

function leave(event: KeyboardEvent): void {
  if (event.target instanceof HTMLInputElement && event.target.id === SEARCH_ID) {
    if (query.peek() === '') focusView()
    else go({ query: '' })
  } else if (openedName.peek() !== null) closeDetail()
  else go({ query: '', kinds: [] })
}
