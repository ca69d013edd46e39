import COpenSSL

/// SHA-256 of bytes that come in portions, by OpenSSL.
package final class DigestStream {
    private let context = EVP_MD_CTX_new()

    package init() { EVP_DigestInit_ex(context, EVP_sha256(), nil) }

    deinit { EVP_MD_CTX_free(context) }

    /// Takes the next bytes.
    package func update(_ bytes: UnsafeRawBufferPointer) { EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) }

    /// Takes the next bytes.
    package func update(_ text: some StringProtocol) {
        var text = String(text)
        text.withUTF8 { update(UnsafeRawBufferPointer($0)) }
    }

    /// The digest in lower-case hexadecimal; to be asked for once. Without memory it is empty, which equals no digest.
    package func hex() -> String { Digest.text(bytes()) }

    /// The digest's 32 bytes; to be asked for once. Without memory there are none.
    package func bytes() -> [UInt8] {
        var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var length: UInt32 = 0
        EVP_DigestFinal_ex(context, &output, &length)
        return Array(output[..<Int(length)])
    }
}
