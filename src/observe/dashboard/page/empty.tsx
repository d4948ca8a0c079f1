// Empty: what the page says where there is nothing to show, and what to do about it.
import { go } from './store/route.ts'
import { connection } from './store/stream.ts'
import { Mark } from './ui/icons.tsx'

const EXAMPLE = `await registry.call('payments', ({ signal }) =>
  fetch('https://payments.example/charge', { signal }))`

export function EmptyState({ isComplete }: { isComplete: boolean }) {
  if (!isComplete) {
    const isWaiting = connection.value.kind === 'connecting' || connection.value.kind === 'live'
    return (
      <div class="empty" aria-busy={isWaiting}>
        <Mark />
        <h2>{isWaiting ? 'Asking the process…' : 'Nothing to show yet'}</h2>
        {!isWaiting && <p>As soon as the process answers, its endpoints appear here.</p>}
      </div>
    )
  }
  return (
    <div class="empty">
      <Mark />
      <h2>No endpoints yet</h2>
      <p>A breaker is made by the first call through it. Send one, and it appears here by itself:</p>
      <pre>
        <code>{EXAMPLE}</code>
      </pre>
      <p>
        Calls go through <code>registry</code>, the one that this dashboard was made with; a breaker of another registry
        is not seen here.
      </p>
    </div>
  )
}

export function NothingFound() {
  return (
    <div class="empty">
      <h2>No endpoint is like that</h2>
      <p>None has this in its name, of the kinds that are chosen.</p>
      <button type="button" onClick={() => go({ query: '', kinds: [] })}>
        Show all
      </button>
    </div>
  )
}
