// Fleet: all endpoints in one picture, each where its name puts it, whatever its state: so a hundred that open at once are
// seen as one. A few are cards with their names; many are tiles on a canvas.
import { byName, structure } from '../store/endpoints.ts'
import { Cards } from './cards.tsx'
import { Journal } from './journal.tsx'
import { Mosaic } from './mosaic.tsx'

/** More are no longer read but seen. */
const MOST_CARDS = 60

export function Fleet() {
  structure.value
  const endpoints = byName()
  return (
    <div class="fleet">
      {endpoints.length <= MOST_CARDS ? <Cards endpoints={endpoints} /> : <Mosaic endpoints={endpoints} />}
      <Journal />
    </div>
  )
}
