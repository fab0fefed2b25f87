import { useCallback, useEffect, useLayoutEffect, useRef, useState } from "react";

/** Nearer to the end than this many pixels counts as at the end. */
const SLACK = 48;

/**
 * Keeps the end in view while content grows, unless the reader has scrolled away; and keeps the reader's place when
 * earlier messages are put in above. `lastOwn` names the reader's newest message.
 */
export function usePinnedScroll(firstId: string | undefined, lastOwn: string | undefined) {
  const scroller = useRef<HTMLDivElement>(null);
  const content = useRef<HTMLDivElement>(null);
  const isPinned = useRef(true);
  const height = useRef(0);
  const [isAtEnd, setAtEnd] = useState(true);

  const toEnd = useCallback(() => {
    const box = scroller.current;
    if (box) box.scrollTop = box.scrollHeight;
  }, []);

  useEffect(() => {
    const box = scroller.current;
    const inner = content.current;
    if (!box || !inner) return;
    const onScroll = () => {
      isPinned.current = box.scrollHeight - box.scrollTop - box.clientHeight < SLACK;
      setAtEnd(isPinned.current);
    };
    const observer = new ResizeObserver(() => {
      if (isPinned.current) toEnd();
      height.current = box.scrollHeight;
    });
    box.addEventListener("scroll", onScroll, { passive: true });
    observer.observe(inner);
    observer.observe(box);
    return () => {
      box.removeEventListener("scroll", onScroll);
      observer.disconnect();
    };
  }, [toEnd]);

  useLayoutEffect(() => {
    const box = scroller.current;
    if (box && !isPinned.current && height.current > 0) box.scrollTop += box.scrollHeight - height.current;
    if (box) height.current = box.scrollHeight;
  }, [firstId]);

  // A message of one's own brings the reader back to the end, from wherever.
  useLayoutEffect(() => {
    isPinned.current = true;
    setAtEnd(true);
    toEnd();
  }, [lastOwn, toEnd]);

  return { scroller, content, isAtEnd, toEnd };
}
