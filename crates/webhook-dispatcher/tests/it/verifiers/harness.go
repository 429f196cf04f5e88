package main

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net/http"
	"os"
	"strings"

	"verifiers/webhooks"
)

func decode(text string) []byte {
	bytes, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		panic(err)
	}
	return bytes
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		parts := strings.Split(lines.Text(), "\t")
		key, signature, body := string(decode(parts[1])), string(decode(parts[3])), decode(parts[4])
		headers := http.Header{}
		for _, line := range strings.Split(strings.TrimSpace(string(decode(parts[2]))), "\n") {
			if name, value, found := strings.Cut(line, ": "); found {
				headers.Set(name, value)
			}
		}
		if parts[0] == "standard" {
			fmt.Println(webhooks.VerifyStandard(key, headers, body))
		} else {
			fmt.Println(webhooks.VerifyBody(key, signature, body))
		}
	}
}
