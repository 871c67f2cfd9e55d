// hiredis's reply reader for Swift: one form of callback for hiredis 0.14 and 1.x, and a way to
// read from the socket straight into the reader's own buffer. Inline wrappers, nothing else.

#ifndef CHIREDIS_SHIM_H
#define CHIREDIS_SHIM_H

// pkg-config adds the folder of the headers to the search path; without it they are in a folder of
// their own.
#if __has_include(<hiredis.h>)
#include <hiredis.h>
#else
#include <hiredis/hiredis.h>
#endif
#include <stddef.h>

// The kinds of tokens in a reply. `other` is anything that Redis never sends in RESP2: a RESP3
// type, or a bulk string that does not end in CR LF (hiredis skips those two bytes unchecked).
enum {
  chiredis_string = 1,
  chiredis_status,
  chiredis_error,
  chiredis_integer,
  chiredis_null,
  chiredis_array,
  chiredis_other,
};

// One token. `bytes` is valid only during the call: the buffer may move when the reply ends.
typedef struct chiredis_token {
  int kind;
  int depth;         // the number of arrays around it
  long long number;  // an integer's value, an array's count, or a text's length in bytes
  const char *bytes;
} chiredis_token;

// Takes a token. Returns 0 when it was taken, otherwise a code that ends the parsing.
typedef int (*chiredis_receiver)(void *target, chiredis_token token);

// The destination of a reader's tokens.
typedef struct chiredis_sink {
  redisReader *reader;
  chiredis_receiver receive;
  void *target;
  int refusal;  // what the receiver returned last: 0, or why it refused a token
} chiredis_sink;

// hiredis asks for an object and stops when it gets NULL. There are no objects here, so for a token
// that was taken any address is returned.
static inline void *chiredis_emit(const redisReadTask *task, chiredis_token token) {
  chiredis_sink *sink = (chiredis_sink *)task->privdata;
  token.depth = sink->reader->ridx;
  sink->refusal = sink->receive(sink->target, token);
  return sink->refusal == 0 ? sink : NULL;
}

static inline void *chiredis_on_string(const redisReadTask *task, char *bytes, size_t count) {
  chiredis_token token = {chiredis_other, 0, (long long)count, bytes};
  switch (task->type) {
    case REDIS_REPLY_STATUS: token.kind = chiredis_status; break;
    case REDIS_REPLY_ERROR: token.kind = chiredis_error; break;
    case REDIS_REPLY_STRING:
      if (bytes[count] == '\r' && bytes[count + 1] == '\n') token.kind = chiredis_string;
      break;
    default: token.number = 0;
  }
  return chiredis_emit(task, token);
}

#if HIREDIS_MAJOR >= 1
static inline void *chiredis_on_array(const redisReadTask *task, size_t count) {
#else
static inline void *chiredis_on_array(const redisReadTask *task, int count) {
#endif
  int kind = task->type == REDIS_REPLY_ARRAY ? chiredis_array : chiredis_other;
  chiredis_token token = {kind, 0, kind == chiredis_array ? (long long)count : 0, NULL};
  return chiredis_emit(task, token);
}

static inline void *chiredis_on_integer(const redisReadTask *task, long long number) {
  chiredis_token token = {chiredis_integer, 0, number, NULL};
  return chiredis_emit(task, token);
}

static inline void *chiredis_on_null(const redisReadTask *task) {
  // `$-1` and `*-1`; RESP3's null has a type of its own.
  int kind = task->type == REDIS_REPLY_NIL ? chiredis_other : chiredis_null;
  chiredis_token token = {kind, 0, 0, NULL};
  return chiredis_emit(task, token);
}

#if HIREDIS_MAJOR >= 1
static inline void *chiredis_on_double(
    const redisReadTask *task, double number, char *bytes, size_t count) {
  (void)number;
  (void)bytes;
  (void)count;
  chiredis_token token = {chiredis_other, 0, 0, NULL};
  return chiredis_emit(task, token);
}

static inline void *chiredis_on_bool(const redisReadTask *task, int truth) {
  (void)truth;
  chiredis_token token = {chiredis_other, 0, 0, NULL};
  return chiredis_emit(task, token);
}
#endif

static inline void chiredis_on_free(void *object) { (void)object; }

// Creates a reader whose tokens go to `sink`; 0 when there is no memory.
static inline int chiredis_open(chiredis_sink *sink) {
  static redisReplyObjectFunctions functions = {
    .createString = chiredis_on_string,
    .createArray = chiredis_on_array,
    .createInteger = chiredis_on_integer,
    .createNil = chiredis_on_null,
#if HIREDIS_MAJOR >= 1
    .createDouble = chiredis_on_double,
    .createBool = chiredis_on_bool,
#endif
    .freeObject = chiredis_on_free,
  };
  sink->reader = redisReaderCreateWithFunctions(&functions);
  if (sink->reader == NULL) return 0;
  sink->reader->maxbuf = 0;
  sink->reader->privdata = sink;
  return 1;
}

// Room for `count` bytes after those that the reader has not parsed yet; NULL when there is no
// memory. Unparsed bytes move to the front of the buffer. An empty buffer of more than `retained`
// bytes is freed first.
static inline char *chiredis_prepare(redisReader *reader, size_t count, size_t retained) {
  if (reader->pos == reader->len) {
    reader->pos = reader->len = 0;
    sdssetlen(reader->buf, 0);
    if (sdsalloc(reader->buf) > retained) {
      sds fresh = sdsempty();
      if (fresh == NULL) return NULL;
      sdsfree(reader->buf);
      reader->buf = fresh;
    }
  } else if (reader->pos > 0) {
    sdsrange(reader->buf, (int)reader->pos, -1);
    reader->len -= reader->pos;
    reader->pos = 0;
  }
  sds roomy = sdsMakeRoomFor(reader->buf, count);
  if (roomy == NULL) return NULL;
  reader->buf = roomy;
  return roomy + reader->len;
}

// Hands the first `count` bytes of the prepared room to the reader.
static inline void chiredis_commit(redisReader *reader, size_t count) {
  sdsIncrLen(reader->buf, (int)count);
  reader->len += count;
}

// The incomplete token: its kind (0: its first byte has not arrived), and what has arrived of it
// after its first byte.
typedef struct chiredis_rest {
  int kind;
  const char *bytes;
  size_t count;
} chiredis_rest;

static inline chiredis_rest chiredis_unfinished(const redisReader *reader) {
  chiredis_rest rest = {0, NULL, 0};
  if (reader->ridx < 0) return rest;
#if HIREDIS_MAJOR >= 1
  int type = reader->task[reader->ridx]->type;
#else
  int type = reader->rstack[reader->ridx].type;
#endif
  if (type < 0) return rest;
  rest.bytes = reader->buf + reader->pos;
  rest.count = reader->len - reader->pos;
  switch (type) {
    case REDIS_REPLY_STRING: rest.kind = chiredis_string; break;
    case REDIS_REPLY_STATUS: rest.kind = chiredis_status; break;
    case REDIS_REPLY_ERROR: rest.kind = chiredis_error; break;
    case REDIS_REPLY_INTEGER: rest.kind = chiredis_integer; break;
    case REDIS_REPLY_ARRAY: rest.kind = chiredis_array; break;
    default: rest.kind = chiredis_other;
  }
  return rest;
}

// The buffered bytes at the beginning of a reply; none when a reply has begun.
static inline chiredis_rest chiredis_between(const redisReader *reader) {
  chiredis_rest rest = {0, NULL, 0};
  if (reader->ridx >= 0) return rest;
  rest.bytes = reader->buf + reader->pos;
  rest.count = reader->len - reader->pos;
  return rest;
}

// Skips a reply that the caller has parsed: all buffered bytes but the last `left`.
static inline void chiredis_skip(redisReader *reader, size_t left) {
  reader->pos = reader->len - left;
}

#endif
