/** An engine that shares no memory between threads. */
delete globalThis.SharedArrayBuffer;
