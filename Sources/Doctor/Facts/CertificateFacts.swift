public import Reactor

/// A certificate in a file that a setting names.
public struct CertificateFacts: Sendable {
  /// The setting, such as `--tls-cert`; several where the fault may be in any of them.
  public var setting: String
  /// What is in the file.
  public var content: Result<Certificate, TLSSettingsFault>

  /// The certificate of `setting`.
  public init(setting: String, content: Result<Certificate, TLSSettingsFault>) {
    self.setting = setting
    self.content = content
  }
}
