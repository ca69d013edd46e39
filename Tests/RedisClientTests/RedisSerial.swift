import Testing

/// The suites that talk to a server run one after the other: they wait, kill and measure.
@Suite(.serialized) struct RedisSerial {}
