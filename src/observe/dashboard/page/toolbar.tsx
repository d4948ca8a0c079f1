// Toolbar: which view, the search, and how many it leaves.
import { exactCount } from './format.ts'
import { focusView, SEARCH_ID } from './keys.ts'
import { cursor, shown } from './list/order.ts'
import { endpointCount, structure } from './store/endpoints.ts'
import { go, kindFilter, query, type View, view } from './store/route.ts'
import { Icon } from './ui/icons.tsx'

export function Toolbar() {
  return (
    <div class="toolbar">
      <div class="views" role="group" aria-label="View">
        <ViewButton name="list" label="List" />
        <ViewButton name="fleet" label="Fleet" />
      </div>
      <search class="search">
        <Icon name="search" size={14} />
        <input
          id={SEARCH_ID}
          type="search"
          placeholder="Search endpoints"
          aria-label="Search endpoints"
          autocomplete="off"
          spellcheck={false}
          value={query.value}
          onInput={({ currentTarget }) => go({ query: currentTarget.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' && event.key !== 'ArrowDown') return
            event.preventDefault()
            cursor.value = shown.peek()[0]?.name ?? null
            focusView()
          }}
        />
        <kbd aria-hidden="true">/</kbd>
      </search>
      <Found />
    </div>
  )
}

function ViewButton({ name, label }: { name: View; label: string }) {
  return (
    <button type="button" aria-pressed={view.value === name} onClick={() => go({ view: name })}>
      <Icon name={name} size={14} />
      {label}
    </button>
  )
}

function Found() {
  structure.value
  const all = endpointCount()
  const found = shown.value.length
  const isFiltered = query.value !== '' || kindFilter.value.length > 0
  return (
    <p class="found">
      <span role="status">
        {found === all
          ? `${exactCount(all)} ${all === 1 ? 'endpoint' : 'endpoints'}`
          : `${exactCount(found)} of ${exactCount(all)}`}
      </span>
      {isFiltered && (
        <button type="button" class="link" onClick={() => go({ query: '', kinds: [] })}>
          Show all
        </button>
      )}
    </p>
  )
}
