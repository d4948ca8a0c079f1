// Chart in words: the same statechart for who reads rather than looks, with what the machine says of each transition.
import { wordOf } from '../states.ts'
import type { Picture, PictureTransition } from './picture.ts'

export function ChartInWords({ picture: { nodes, edges }, active }: { picture: Picture; active: string }) {
  return (
    <details class="in-words">
      <summary>In words</summary>
      <dl>
        {nodes
          .filter(({ kind }) => kind === 'state')
          .map(({ id, description, inside }) => (
            <div key={id}>
              <dt>
                {wordOf(id)}
                {id === active && <em> (now)</em>}
              </dt>
              <dd>
                {description}
                <ul>
                  {edges
                    .filter(({ from }) => from === id)
                    .flatMap(({ to, transitions }) =>
                      transitions.map((transition, index) => (
                        <li key={`${to} ${index}`}>
                          <Words transition={transition} /> leads to <strong>{wordOf(to)}</strong>.{' '}
                          {transition.description}
                        </li>
                      )),
                    )}
                  {inside
                    .filter((transition) => transition.description !== '')
                    .map((transition, index) => (
                      <li key={index}>
                        <Words transition={transition} />: {transition.description}
                      </li>
                    ))}
                </ul>
              </dd>
            </div>
          ))}
        <div>
          <dt>in any state</dt>
          <dd>
            <ul>
              {edges
                .filter(({ from }) => from === null)
                .flatMap(({ to, transitions }) =>
                  transitions.map((transition) => (
                    <li key={transition.event}>
                      <Words transition={transition} /> leads to <strong>{wordOf(to)}</strong>. {transition.description}
                    </li>
                  )),
                )}
            </ul>
          </dd>
        </div>
      </dl>
    </details>
  )
}

function Words({ transition: { event, guard } }: { transition: PictureTransition }) {
  return (
    <code>
      {event}
      {guard !== '' && ` [${guard}]`}
    </code>
  )
}
