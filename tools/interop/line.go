package main

import (
	"context"
	"fmt"
	"net"
)

// slowLine carries connections to a port of this machine in pieces of one to seven octets, so that no PDU comes with
// one read, and many headers do not either. It returns the port to connect to.
func slowLine(ctx context.Context, port int) (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	context.AfterFunc(ctx, func() { _ = l.Close() })
	go func() {
		for {
			near, err := l.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				_ = near.Close()
				continue
			}
			go pieces(near, far)
			go pieces(far, near)
		}
	}()
	return l.Addr().(*net.TCPAddr).Port, nil
}

func pieces(from, to net.Conn) {
	defer func() { _, _ = from.Close(), to.Close() }()
	buf := make([]byte, 7)
	for size := 1; ; size = size%len(buf) + 1 {
		n, err := from.Read(buf[:size])
		if err != nil {
			return
		}
		if _, err := to.Write(buf[:n]); err != nil {
			return
		}
	}
}
