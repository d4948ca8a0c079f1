// Feed: from the stream to the board.
import type { Board } from './board.ts'
import type { News } from './stream.ts'

/** Puts what came into the image. */
export function tell(board: Board, news: News): void {
  if (news.kind !== 'event') return
  if (news.name === 'hello') board.greet(news.data)
  if (news.name === 'rows') board.take(news.data)
  if (news.name === 'history' || news.name === 'transition') board.tell(news.data)
}
