# What each target does in detail stands at the top of the script behind it.
.PHONY: help up down status logs demo test lint bench fuzz reset
.DEFAULT_GOAL := help

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' Makefile

up: ## install what is missing, build, start everything, print addresses and demo credentials
	@scripts/up
down: ## stop all that `make up` started
	@scripts/down
status: ## a line per process: pid, port, ready, memory
	@scripts/status
logs: ## follow the logs of every service
	@scripts/logs
demo: ## pay one intent for real on the running stack, a line per stage
	@scripts/demo
test: ## every test, on servers of its own
	@scripts/test
lint: ## format, lints, documentation, dependency policy
	@scripts/lint
bench: ## the benchmarks, as a table with ratios
	@scripts/bench
fuzz: ## the reader of bank alerts against whatever a mailbox may hold, half an hour
	@scripts/fuzz
reset: ## stop everything and forget all local data
	@scripts/reset
