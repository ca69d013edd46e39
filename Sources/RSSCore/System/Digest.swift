import COpenSSL

/// Message digests, by OpenSSL.
package enum Digest {
    case md5
    case sha1
    case sha256

    /// The digest in lower-case hexadecimal.
    package func hex(_ bytes: some Collection<UInt8>) -> String {
        var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        // EVP_Digest fails only without memory, and then writes no length: the text is empty, which equals no digest.
        let type =
            switch self {
            case .md5: EVP_md5()
            case .sha1: EVP_sha1()
            case .sha256: EVP_sha256()
            }
        _ = EVP_Digest(Array(bytes), bytes.count, &output, &length, type, nil)
        return Self.text(output[..<Int(length)])
    }

    /// Bytes in lower-case hexadecimal.
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
