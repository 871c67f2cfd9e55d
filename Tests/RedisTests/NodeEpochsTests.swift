import Primitives
import Redis
import Testing

@Suite("Epochs out of CLUSTER NODES")
struct NodeEpochsTests {
  private let a = String(repeating: "a", count: 40)
  private let b = String(repeating: "b", count: 40)

  private func bulk(_ text: String) -> String { "$\(text.utf8.count)\r\n\(text)\r\n" }

  @Test("each node's, whatever else its line says")
  func epochs() {
    let epochs = NodeEpochs(
      reply: reply(
        bulk(
          "\(a) 10.0.0.1:7000@17000,host,shard-id=\(b) myself,master - 0 1700000000000 12 connected 0-5 7\n"
            + "\(b) :0@0 slave,fail,noaddr \(a) 1 2 0 disconnected\n")))
    #expect(epochs[a] == 12)
    #expect(epochs[b] == 0)
    #expect(epochs[String(repeating: "c", count: 40)] == nil)
    #expect(epochs[nil] == nil)
  }

  @Test(
    "what is no line, or no answer, tells nothing",
    arguments: ["", "\n\n", "x y z", "short h:1@2 master - 0 0 5 connected", " - - - - - 5"])
  func unreadable(_ text: String) {
    #expect(NodeEpochs(reply: reply(bulk(text))) == NodeEpochs())
    #expect(NodeEpochs(reply: reply("-NOPERM no\r\n")) == NodeEpochs())
    let negative = "\(a) h:1@2 master - 0 0 -5 connected"
    #expect(NodeEpochs(reply: reply(bulk(negative))) == NodeEpochs())
  }
}
