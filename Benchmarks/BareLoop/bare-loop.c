// The bare loop: what one hop from HTTP to Redis costs without any feature. It is the limit that the
// gateway is measured against, never a part of it: it trusts its clients, its cluster and itself, and
// ends at the first thing it did not expect.
//
//   bare-loop [--reads-headers] PORT NODE[,NODE...] [CA-FILE PASSWORD-FILE]     (TLS when there is a CA)
//
// One thread, one epoll, one connection to each node; nodes are ports of 127.0.0.1, and several are
// the primaries of a cluster in the order of their slots, shared evenly. GET is GETEX, PUT is SET, POST
// is EXPIRE, all with 1,200 seconds, as a session's are. A request's command goes into its node's
// output, which is written once a turn; a payload that comes back is sent from where it was read, with
// the head written in front of it. In C, so that the limit is not a question of language.
//
// With --reads-headers, PUT and POST read the first 96 bytes of what is there in the same piece, as the
// gateway must: what its answers and a session's own timeout cost at Redis, and nothing of the gateway.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CLIENTS = 20000, NODES = 16, HEADROOM = 128 };
enum { NODE_BIT = 1 << 30, LISTENER = 1 << 29, NOBODY = -1 };

typedef struct {
  char *bytes;
  size_t start, end, size;
} Buffer;

typedef struct {
  int fd;
  Buffer in, out;
} Client;

typedef struct {
  int fd, dirty;
  SSL *ssl;
  Buffer in, out;
  // Who waits for an answer, in order.
  int waiting[1 << 16];
  unsigned head, tail;
} Node;

static Client clients[CLIENTS];
static Node nodes[NODES];
static int node_count, poller, reads_headers;

static void check(int holds, const char *what) {
  if (holds) return;
  fprintf(stderr, "bare-loop: %s: %s\n", what, strerror(errno));
  exit(1);
}

static char *room(Buffer *buffer, size_t count) {
  if (buffer->start == buffer->end) buffer->start = buffer->end = HEADROOM;
  if (buffer->end + count > buffer->size) {
    size_t used = buffer->end - buffer->start;
    if (buffer->start > buffer->size / 2 && used + count + HEADROOM <= buffer->size) {
      memmove(buffer->bytes + HEADROOM, buffer->bytes + buffer->start, used);
      buffer->start = HEADROOM;
      buffer->end = HEADROOM + used;
    } else {
      buffer->size = (buffer->end + count) * 2;
      buffer->bytes = realloc(buffer->bytes, buffer->size);
    }
  }
  return buffer->bytes + buffer->end;
}

static void append(Buffer *buffer, const char *bytes, size_t count) {
  memcpy(room(buffer, count), bytes, count);
  buffer->end += count;
}

static void watch(int fd, uint32_t events, uint32_t token) {
  struct epoll_event event = {.events = events | EPOLLET, .data.u32 = token};
  check(epoll_ctl(poller, EPOLL_CTL_ADD, fd, &event) == 0, "epoll_ctl");
}

static struct sockaddr_in loopback(int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

static void no_delay(int fd) {
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
}

// The cluster's hash (CRC-16/XMODEM, bit by bit tables are made at the start).
static uint16_t crc_table[256];
static void make_crc_table(void) {
  for (int byte = 0; byte < 256; byte++) {
    uint16_t crc = byte << 8;
    for (int bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? crc << 1 ^ 0x1021 : crc << 1;
    crc_table[byte] = crc;
  }
}

static Node *node_of(const char *key, size_t count) {
  if (node_count == 1) return nodes;
  uint16_t crc = 0;
  for (size_t i = 0; i < count; i++) crc = crc << 8 ^ crc_table[(crc >> 8 ^ (uint8_t)key[i]) & 255];
  int slot = crc & 16383, node = node_count - 1;
  while (slot < 16384 * node / node_count) node--;
  return nodes + node;
}

// Takes one request off the client's input. False when it has not come whole.
static int take_request(int index) {
  Client *client = clients + index;
  char *bytes = client->in.bytes + client->in.start;
  size_t count = client->in.end - client->in.start;
  char *end = memmem(bytes, count, "\r\n\r\n", 4);
  if (end == NULL) return 0;
  char *body = end + 4, *length = NULL;
  size_t size = 0;
  if (bytes[0] == 'P') length = memmem(bytes, end - bytes, "\r\nContent-Length: ", 18);
  if (length != NULL) size = strtoul(length + 18, NULL, 10);
  if (count < (size_t)(body - bytes) + size) return 0;
  char *key = memmem(bytes, end - bytes, "/sessions/", 10) + 10;
  size_t key_size = strcspn(key, " /?");
  Node *node = node_of(key, key_size);
  char *out = room(&node->out, 2 * key_size + size + 256);
  if (reads_headers && bytes[0] == 'P') {
    out += sprintf(out, "*4\r\n$8\r\nGETRANGE\r\n$%zu\r\n%.*s\r\n$1\r\n0\r\n$2\r\n95\r\n", key_size,
                   (int)key_size, key);
    node->waiting[node->tail++ & 0xffff] = NOBODY;
  }
  if (bytes[0] == 'G') {
    out += sprintf(out, "*4\r\n$5\r\nGETEX\r\n$%zu\r\n%.*s\r\n$2\r\nEX\r\n$4\r\n1200\r\n", key_size,
                   (int)key_size, key);
  } else if (bytes[1] == 'O') {
    out += sprintf(out, "*3\r\n$6\r\nEXPIRE\r\n$%zu\r\n%.*s\r\n$4\r\n1200\r\n", key_size,
                   (int)key_size, key);
  } else {
    out += sprintf(out, "*5\r\n$3\r\nSET\r\n$%zu\r\n%.*s\r\n$%zu\r\n", key_size, (int)key_size, key,
                   size);
    out = mempcpy(out, body, size);
    out = mempcpy(out, "\r\n$2\r\nEX\r\n$4\r\n1200\r\n", 20);
  }
  node->out.end = out - node->out.bytes;
  node->dirty = 1;
  node->waiting[node->tail++ & 0xffff] = index;
  client->in.start += body - bytes + size;
  return 1;
}

static void close_client(Client *client) {
  close(client->fd);
  client->fd = -1;
}

static void read_client(int index) {
  Client *client = clients + index;
  while (client->fd >= 0) {
    char *into = room(&client->in, 32 << 10);
    size_t most = client->in.size - client->in.end;
    ssize_t count = recv(client->fd, into, most, 0);
    if (count == 0 || (count < 0 && errno != EAGAIN)) return close_client(client);
    if (count < 0) return;
    client->in.end += count;
    while (take_request(index)) {}
    if ((size_t)count < most) return;
  }
}

static void send_client(int index, const char *bytes, size_t count) {
  if (index == NOBODY) return;
  Client *client = clients + index;
  if (client->fd < 0) return;
  ssize_t sent = 0;
  if (client->out.start == client->out.end) {
    sent = send(client->fd, bytes, count, MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) return close_client(client);
  }
  if (sent < 0) sent = 0;
  if ((size_t)sent < count) append(&client->out, bytes + sent, count - sent);
}

static void flush_client(Client *client) {
  size_t count = client->out.end - client->out.start;
  if (client->fd < 0 || count == 0) return;
  ssize_t sent = send(client->fd, client->out.bytes + client->out.start, count, MSG_NOSIGNAL);
  if (sent > 0) client->out.start += sent;
}

// Takes one reply off the node's input and answers its client. False when it has not come whole.
static int take_reply(Node *node) {
  static const char done[] = "HTTP/1.1 204 No Content\r\n\r\n";
  static const char missing[] = "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n";
  char *bytes = node->in.bytes + node->in.start;
  size_t count = node->in.end - node->in.start;
  char *line = memchr(bytes, '\n', count);
  if (line == NULL) return 0;
  int client = node->waiting[node->head & 0xffff];
  check(bytes[0] != '-', bytes);
  size_t used = line + 1 - bytes;
  if (bytes[0] != '$') {
    send_client(client, done, sizeof done - 1);
  } else if (bytes[1] == '-') {
    send_client(client, missing, sizeof missing - 1);
  } else {
    size_t size = strtoul(bytes + 1, NULL, 10);
    if (count < used + size + 2) return 0;
    // The bytes before a payload are the last reply's, which is done with, or the headroom.
    char head[HEADROOM];
    int head_size = sprintf(head,
                            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"
                            "Content-Length: %zu\r\n\r\n", size);
    char *first = line + 1 - head_size;
    memcpy(first, head, head_size);
    send_client(client, first, head_size + size);
    used += size + 2;
  }
  node->head++;
  node->in.start += used;
  return 1;
}

static void read_node(Node *node) {
  for (;;) {
    char *into = room(&node->in, 256 << 10);
    size_t most = node->in.size - node->in.end;
    ssize_t count = node->ssl ? SSL_read(node->ssl, into, most) : recv(node->fd, into, most, 0);
    if (count <= 0) {
      int is_over = node->ssl ? SSL_get_error(node->ssl, count) != SSL_ERROR_WANT_READ
                              : count == 0 || errno != EAGAIN;
      check(!is_over, "a node is gone");
      return;
    }
    node->in.end += count;
    while (node->head != node->tail && take_reply(node)) {}
    // Under TLS only the next read tells whether the socket is empty.
    if (!node->ssl && (size_t)count < most) return;
  }
}

static void flush_node(Node *node) {
  size_t count = node->out.end - node->out.start;
  if (node->ssl) {
    int taken = 1;
    // A write takes one record.
    while (node->out.start < node->out.end && taken > 0) {
      count = node->out.end - node->out.start;
      taken = SSL_write(node->ssl, node->out.bytes + node->out.start, count);
      if (taken > 0) node->out.start += taken;
    }
    BIO *wire = SSL_get_wbio(node->ssl);
    node->dirty = BIO_flush(wire) <= 0 || node->out.start < node->out.end;
  } else if (count > 0) {
    ssize_t sent = send(node->fd, node->out.bytes + node->out.start, count, MSG_NOSIGNAL);
    if (sent > 0) node->out.start += sent;
    node->dirty = node->out.start < node->out.end;
  }
}

static void connect_node(int port, SSL_CTX *context, const char *password) {
  Node *node = nodes + node_count;
  struct sockaddr_in address = loopback(port);
  node->fd = socket(AF_INET, SOCK_STREAM, 0);
  check(connect(node->fd, (void *)&address, sizeof address) == 0, "connect");
  no_delay(node->fd);
  if (context) {
    // All records of a turn leave in one write.
    BIO *out = BIO_push(BIO_new(BIO_f_buffer()), BIO_new_socket(node->fd, BIO_NOCLOSE));
    BIO_set_write_buffer_size(out, 512 << 10);
    node->ssl = SSL_new(context);
    SSL_set_bio(node->ssl, BIO_new_socket(node->fd, BIO_NOCLOSE), out);
    check(SSL_connect(node->ssl) == 1, "SSL_connect");
    char text[512], answer[64];
    int count = sprintf(text, "*2\r\n$4\r\nAUTH\r\n$%zu\r\n%s\r\n", strlen(password), password);
    check(SSL_write(node->ssl, text, count) == count && BIO_flush(out) > 0, "AUTH");
    check(SSL_read(node->ssl, answer, sizeof answer) == 5, "AUTH");
  }
  check(fcntl(node->fd, F_SETFL, O_NONBLOCK) == 0, "fcntl");
  watch(node->fd, EPOLLIN | EPOLLOUT, NODE_BIT | node_count++);
}

static SSL_CTX *trust(const char *file) {
  SSL_CTX *context = SSL_CTX_new(TLS_client_method());
  check(SSL_CTX_load_verify_locations(context, file, NULL) == 1, file);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, NULL);
  SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_read_ahead(context, 1);
  SSL_CTX_set_default_read_buffer_len(context, 64 << 10);
  return context;
}

static void accept_clients(int listener) {
  int fd;
  while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
    check(fd < CLIENTS, "too many clients");
    no_delay(fd);
    clients[fd].fd = fd;
    clients[fd].in.start = clients[fd].in.end = clients[fd].out.start = clients[fd].out.end = 0;
    watch(fd, EPOLLIN | EPOLLOUT | EPOLLRDHUP, fd);
  }
}

static int listen_at(int port) {
  struct sockaddr_in address = loopback(port);
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
  check(bind(fd, (void *)&address, sizeof address) == 0 && listen(fd, 4096) == 0, "listen");
  watch(fd, EPOLLIN, LISTENER);
  return fd;
}

int main(int count, char **words) {
  if (count > 1 && strcmp(words[1], "--reads-headers") == 0) {
    reads_headers = 1;
    count--, words++;
  }
  if (count != 3 && count != 5) {
    fprintf(stderr, "usage: bare-loop [--reads-headers] PORT NODE[,NODE...] [CA-FILE PASSWORD-FILE]\n");
    return 64;
  }
  signal(SIGPIPE, SIG_IGN);
  make_crc_table();
  poller = epoll_create1(EPOLL_CLOEXEC);
  char password[256] = "";
  if (count == 5) {
    FILE *file = fopen(words[4], "r");
    check(file && fgets(password, sizeof password, file), words[4]);
    password[strcspn(password, "\n")] = 0;
  }
  SSL_CTX *context = count == 5 ? trust(words[3]) : NULL;
  for (char *port = strtok(words[2], ","); port; port = strtok(NULL, ","))
    connect_node(atoi(port), context, password);
  int listener = listen_at(atoi(words[1]));
  for (;;) {
    struct epoll_event events[512];
    int ready = epoll_wait(poller, events, 512, -1);
    for (int i = 0; i < ready; i++) {
      uint32_t token = events[i].data.u32, what = events[i].events;
      if (token & LISTENER) {
        accept_clients(listener);
      } else if (token & NODE_BIT) {
        read_node(nodes + (token & 0xff));
      } else {
        if (what & EPOLLOUT) flush_client(clients + token);
        if (what & (EPOLLIN | EPOLLRDHUP | EPOLLHUP)) read_client(token);
      }
    }
    for (int i = 0; i < node_count; i++)
      if (nodes[i].dirty) flush_node(nodes + i);
  }
}
