// App: the frame of the page: what is live, what there is, the view, and the endpoint that is opened.
import { Detail } from './detail/detail.tsx'
import { EmptyState, NothingFound } from './empty.tsx'
import { Fleet } from './fleet/fleet.tsx'
import { Header } from './header.tsx'
import { Help } from './help.tsx'
import { VIEW_ID } from './keys.ts'
import { List } from './list/list.tsx'
import { shown } from './list/order.ts'
import { Notice } from './notice.tsx'
import { endpointCount, structure } from './store/endpoints.ts'
import { openedName, view } from './store/route.ts'
import { isComplete } from './store/stream.ts'
import { Summary } from './summary.tsx'
import { Toolbar } from './toolbar.tsx'

export function App() {
  structure.value
  const opened = openedName.value
  const isEmpty = endpointCount() === 0
  return (
    <div class={`page${opened === null ? '' : ' has-detail'}`}>
      <Header />
      <Notice />
      <main class="work">
        <div class="overview">
          {isEmpty ? (
            <EmptyState isComplete={isComplete.value} />
          ) : (
            <>
              <Summary />
              <Toolbar />
              <div id={VIEW_ID} class="view">
                {view.value === 'fleet' ? <Fleet /> : shown.value.length === 0 ? <NothingFound /> : <List />}
              </div>
            </>
          )}
        </div>
        {opened !== null && <Detail key={opened} name={opened} />}
      </main>
      <Help />
    </div>
  )
}
