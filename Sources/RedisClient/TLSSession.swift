import COpenSSL
import Glibc

/// The TLS layer as a codec: plain bytes in, encrypted bytes out, and back, over memory; it does not use
/// the socket.
///
/// So no write can raise SIGPIPE inside OpenSSL, and deadlines and cancellation are the same with and without TLS.
final class TLSSession {
    private let session: OpaquePointer
    private let incoming: OpaquePointer
    private let outgoing: OpaquePointer

    /// Makes a client session that verifies the server's certificate and name. TLS 1.2 at least.
    init(_ configuration: RedisTLS, host: String) throws(RedisError) {
        ERR_clear_error()
        guard let context = SSL_CTX_new(TLS_client_method()) else { throw Self.failure("no TLS context") }
        // The session keeps its own reference to the context.
        defer { SSL_CTX_free(context) }
        try Self.load(configuration, into: context)
        guard let session = SSL_new(context), let incoming = BIO_new(BIO_s_mem()), let outgoing = BIO_new(BIO_s_mem())
        else { throw Self.failure("no TLS session") }
        self.session = session
        self.incoming = incoming
        self.outgoing = outgoing
        SSL_set_bio(session, incoming, outgoing)  // The session owns both from here on.
        SSL_set_connect_state(session)
        try expect(name: configuration.serverName ?? host)
    }

    deinit { SSL_free(session) }

    private static func load(_ configuration: RedisTLS, into context: OpaquePointer) throws(RedisError) {
        SSL_CTX_ctrl(context, SSL_CTRL_SET_MIN_PROTO_VERSION, Int(TLS1_2_VERSION), nil)
        SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nil)
        if let file = configuration.authorityFile {
            guard SSL_CTX_load_verify_locations(context, file, nil) == 1 else {
                throw failure("cannot read the certificate authorities in \(file)")
            }
        } else if SSL_CTX_set_default_verify_paths(context) != 1 {
            throw failure("cannot read the system's certificate authorities")
        }
        if let file = configuration.certificateFile {
            guard SSL_CTX_use_certificate_chain_file(context, file) == 1 else {
                throw failure("cannot read the certificate in \(file)")
            }
            let key = configuration.keyFile ?? file
            guard SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) == 1 else {
                throw failure("cannot read the key in \(key), or it is not that of the certificate")
            }
        }
    }

    /// The name or the IP address that the certificate must have; a name is also sent along (SNI).
    private func expect(name: String) throws(RedisError) {
        guard !name.isEmpty else { throw .invalidConfiguration("TLS over a Unix socket needs a server name") }
        if X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name) == 1 { return }
        ERR_clear_error()
        let isSet = name.withCString { text in
            SSL_set1_host(session, text) == 1
                && SSL_ctrl(
                    session, SSL_CTRL_SET_TLSEXT_HOSTNAME, Int(TLSEXT_NAMETYPE_host_name),
                    UnsafeMutableRawPointer(mutating: text)) == 1
        }
        guard isSet else { throw Self.failure("cannot expect the name \(name)") }
    }

    /// Continues the handshake; true once it is done. What it has to send is taken by ``takeOutgoing()``.
    func handshake() throws(RedisError) -> Bool {
        ERR_clear_error()
        let result = SSL_do_handshake(session)
        if result == 1 { return true }
        try check(result)
        return false
    }

    /// Encrypts bytes.
    func encrypt(_ bytes: UnsafeRawBufferPointer) throws(RedisError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            ERR_clear_error()
            var written = 0
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let result = SSL_write_ex(session, part.baseAddress, part.count, &written)
            if result == 1 {
                rest = rest.dropFirst(written)
            } else {
                try check(result)
                // A memory BIO takes everything, and renegotiation does not exist since TLS 1.3 and is refused before.
                throw .tls("the session takes no more data")
            }
        }
    }

    /// Takes encrypted bytes that came over the socket.
    func receive(_ bytes: UnsafeRawBufferPointer) {
        // A memory BIO takes all; Int32 suffices because the caller reads at most 64 KB at once.
        BIO_write(incoming, bytes.baseAddress, Int32(clamping: bytes.count))
    }

    /// Decrypts into the buffer; 0 when more encrypted bytes are needed, nil when the other side has closed.
    func decrypt(into buffer: UnsafeMutableRawBufferPointer) throws(RedisError) -> Int? {
        ERR_clear_error()
        var count = 0
        let result = SSL_read_ex(session, buffer.baseAddress, buffer.count, &count)
        if result == 1 { return count }
        if SSL_get_error(session, result) == SSL_ERROR_ZERO_RETURN { return nil }
        try check(result)
        return 0
    }

    /// Appends the encrypted bytes that are to go over the socket.
    func takeOutgoing(into output: inout [UInt8]) {
        while case let pending = BIO_ctrl_pending(outgoing), pending > 0 {
            let start = output.count
            output.append(contentsOf: repeatElement(0, count: pending))
            output.withUnsafeMutableBytes { buffer in
                _ = BIO_read(outgoing, buffer.baseAddress?.advanced(by: start), Int32(clamping: pending))
            }
        }
    }

    /// Returns where the session only waits for the other side.
    private func check(_ result: Int32) throws(RedisError) {
        switch SSL_get_error(session, result) {
        case SSL_ERROR_WANT_READ, SSL_ERROR_WANT_WRITE: return
        default: break
        }
        let verdict = SSL_get_verify_result(session)
        if verdict != Int(X509_V_OK) {
            throw .tls(
                "the server's certificate is refused: " + String(cString: X509_verify_cert_error_string(verdict)))
        }
        throw Self.failure("the handshake or the session failed")
    }

    /// The error with what OpenSSL has to say about it.
    private static func failure(_ what: String) -> RedisError {
        let code = ERR_get_error()
        guard code != 0 else { return .tls(what) }
        var text = [CChar](repeating: 0, count: 256)
        ERR_error_string_n(code, &text, text.count)
        let reason = ERR_reason_error_string(code).map { String(cString: $0) }
        let full = String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return .tls("\(what): \(reason ?? full)")
    }
}
