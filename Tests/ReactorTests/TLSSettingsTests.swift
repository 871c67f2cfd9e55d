import Glibc
import Primitives
import Reactor
import Testing

@Suite struct TLSSettingsTests {
  private func fault(_ settings: TLSClientSettings) -> TLSSettingsFault? {
    do throws(TLSSettingsFault) {
      _ = try TLSContext.client(settings)
      return nil
    } catch { return error }
  }

  private func file(_ name: String) -> String { Certificates.shared.file(name) }

  private func identity(_ certificate: String, _ key: String) -> TLSClientSettings {
    TLSClientSettings(
      authorities: file("ca.pem"), certificate: file(certificate), key: file(key))
  }

  @Test func theWrongFileIsNamed() {
    #expect(fault(identity("client.pem", "client.key")) == nil)
    #expect(fault(TLSClientSettings()) == nil)
    #expect(fault(identity("none.pem", "client.key")) == .missing(file("none.pem")))
    #expect(fault(identity("client.pem", "none.key")) == .missing(file("none.key")))
    #expect(fault(identity("empty.pem", "client.key")) == .notPEM(file("empty.pem")))
    #expect(fault(identity("client.key", "client.key")) == .notPEM(file("client.key")))
    #expect(fault(identity("client.pem", "client.pem")) == .notPEM(file("client.pem")))
    #expect(fault(identity("client.pem", "locked.key")) == .keyEncrypted(file("locked.key")))
    #expect(
      fault(identity("client.pem", "server.key"))
        == .keyMismatch(file("server.key"), file("client.pem")))
    #expect(
      fault(identity("client.pem", "small.key"))
        == .keyMismatch(file("small.key"), file("client.pem")))
    #expect(fault(TLSClientSettings(authorities: file("empty.pem"))) == .notPEM(file("empty.pem")))
    #expect(fault(TLSClientSettings(authorities: file(""))) == .unreadable(file(""), EISDIR))
    #expect(
      fault(TLSClientSettings(certificate: file("client.pem"))) == .incomplete(file("client.pem")))
    guard case .refused(let named, _) = fault(identity("small.pem", "small.key")) else {
      Issue.record("a key of 1,024 bits is refused")
      return
    }
    #expect(named == file("small.pem"))
  }

  @Test func aServerNeedsItsFilesToo() {
    let settings = TLSServerSettings(
      certificate: file("server.pem"), key: file("server.key"), clientAuthorities: file("empty.pem")
    )
    do throws(TLSSettingsFault) {
      _ = try TLSContext.server(settings)
      Issue.record("an empty file holds no authority")
    } catch {
      #expect(error == .notPEM(file("empty.pem")))
      #expect(error.description.hasPrefix(file("empty.pem")))
    }
  }

  @Test func aCertificateIsRead() throws {
    let expired = try Certificate.read(file("expired.pem"))
    #expect(expired.subject == "/CN=expired" && expired.notAfter < UnixTime.now())
    #expect(try Certificate.read(file("future.pem")).notAfter.milliseconds == 3_818_448_000_000)
    #expect(throws: TLSSettingsFault.notPEM(file("empty.pem"))) {
      try Certificate.read(file("empty.pem"))
    }
  }
}
