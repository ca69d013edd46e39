import Glibc

/// One output stream with what is known of it: whether it is a terminal, how wide the screen is, whether to colour.
package struct Channel: Sendable {
    /// Where the bytes go.
    package let sink: any ByteSink
    /// Whether the stream is a terminal.
    package let isTTY: Bool
    /// Whether text is styled.
    package let usesColor: Bool
    /// What it can show besides ASCII.
    package let charset: Charset
    /// The zone in which tables have points in time.
    package let zone: DisplayZone
    private let measureWidth: @Sendable () -> Int?

    /// Makes a channel; the width is asked for each time, because a window is resized while we run.
    package init(
        sink: any ByteSink, isTTY: Bool = false, usesColor: Bool = false, charset: Charset = .utf8,
        zone: DisplayZone = .utc, width: @escaping @Sendable () -> Int? = { nil }
    ) {
        self.sink = sink
        self.isTTY = isTTY
        self.usesColor = usesColor
        self.charset = charset
        self.zone = zone
        self.measureWidth = width
    }

    /// Columns of the terminal; nil, which is without limit, where the stream is not one.
    package var width: Int? { isTTY ? measureWidth() ?? 80 : nil }

    /// The styles of this channel.
    package var style: Style { Style(isOn: usesColor) }

    /// The channel of a file descriptor: terminal or not, colour and width from the system and the environment.
    package static func descriptor(
        _ sink: FileDescriptorSink, color: ColorChoice, environment: [String: String]
    ) -> Channel {
        let isTTY = isatty(sink.descriptor) == 1
        let columns = environment["COLUMNS"].flatMap { Int($0) }.flatMap { $0 > 0 ? $0 : nil }
        return Channel(
            sink: sink, isTTY: isTTY, usesColor: color.isOn(isTTY: isTTY, environment: environment),
            charset: Charset(environment: environment), zone: .local,
            width: { [descriptor = sink.descriptor] in windowWidth(of: descriptor) ?? columns })
    }
}

/// The columns of the window of a descriptor (`TIOCGWINSZ`), nil where it has none or does not know.
private func windowWidth(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
}
