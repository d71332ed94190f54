import type { BroadcastMode } from '$lib/api';

/** What the frame around the pages shows: the edge of LIVE or DRILL, and the way back on a phone. */
class Frame {
  mode = $state<BroadcastMode | null>(null);
  back = $state<string | null>(null);

  /** Sets the frame for a page; the answer takes it away again. */
  hold(mode: BroadcastMode | null, back: string | null = null): () => void {
    this.mode = mode;
    this.back = back;
    return () => {
      if (this.mode === mode) this.mode = null;
      if (this.back === back) this.back = null;
    };
  }
}

export const frame = new Frame();
