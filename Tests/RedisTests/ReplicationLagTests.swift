import Redis
import Testing

@Suite("How a replica follows, out of INFO replication")
struct ReplicationLagTests {
  private func lag(_ lines: String...) -> Double? {
    let text = lines.map { $0 + "\r\n" }.joined()
    let reply = reply("$\(text.utf8.count)\r\n\(text)\r\n")
    return ReplicationLag(reply.string()).seconds
  }

  @Test("the link is up: since the last byte; down: since it was")
  func seconds() {
    #expect(
      lag(
        "# Replication", "role:slave", "master_link_status:up", "master_last_io_seconds_ago:7",
        "master_sync_in_progress:0") == 7)
    #expect(
      lag(
        "role:slave", "master_link_status:down", "master_last_io_seconds_ago:-1",
        "master_sync_in_progress:0", "master_link_down_since_seconds:3") == 3)
  }

  @Test("a primary, a replica that copies, one that never was linked, and nothing: not known")
  func unknown() {
    #expect(lag("role:master", "connected_slaves:1") == nil)
    #expect(
      lag(
        "role:slave", "master_link_status:down", "master_last_io_seconds_ago:-1",
        "master_sync_in_progress:1", "master_link_down_since_seconds:3") == nil)
    #expect(
      lag(
        "role:slave", "master_link_status:down", "master_sync_in_progress:0",
        "master_link_down_since_seconds:-1") == nil)
    #expect(lag("role:slave") == nil)
    #expect(lag() == nil)
  }
}
