// JsonLines: the stream for machines: one object a line, each with its type.
import { readRow } from '../../observe/dashboard/index.ts'
import type { News } from './stream.ts'

/** What JSON leaves as it is and a terminal, or a reader of lines, would take for more than text. */
const HARMFUL = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g

export function jsonLine(value: unknown): string {
  return JSON.stringify(value).replace(HARMFUL, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
  })
}

/** `connected`, `endpoint`, `gone`, `transition`, `closed`, `disconnected`: each a line. */
export function linesOf(news: News, isWanted: (endpoint: string) => boolean): string[] {
  if (news.kind === 'lost') return [jsonLine({ type: 'disconnected', why: news.why, retryInMs: news.retryInMs })]
  switch (news.name) {
    case 'hello':
      return [jsonLine({ type: 'connected', ...news.data })]
    case 'rows': {
      const { now, rows, gone } = news.data
      return [
        ...gone.filter(isWanted).map((endpoint) => jsonLine({ type: 'gone', time: now, endpoint })),
        ...rows
          .map(readRow)
          .flatMap((row) => (isWanted(row.endpoint) ? [jsonLine({ type: 'endpoint', time: now, ...row })] : [])),
      ]
    }
    case 'history':
    case 'transition':
      return news.data.flatMap((transition) =>
        isWanted(transition.endpoint) ? [jsonLine({ type: 'transition', ...transition })] : [],
      )
    case 'bye':
      return [jsonLine({ type: 'closed', why: news.data.why })]
  }
}
