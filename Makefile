# The commands of this repository. They need Python 3.11 or later and make, and install the rest.

VENV := .venv
PY := $(VENV)/bin/python
STUBS := cinema_pb2.py cinema_pb2.pyi cinema_pb2_grpc.py

# Recreate a virtual environment whose Python is gone, after an upgrade or a move of the folder.
SOUND := $(shell $(PY) -c 'import sys; print(sys.version_info >= (3, 11))' 2>/dev/null)
ifneq ($(SOUND),True)
REMAKE := remake
endif

.PHONY: help run test nightly contract model faults mutants check check-history audit sbom lock
.PHONY: bench bench-quick screenshots ledger verify replay resend stubs setup clean remake
.PHONY: simulation
help:
	@echo 'make run     start everything; the page is at http://localhost:8000, Ctrl-C stops it'
	@echo 'make test    run the test suite'
	@echo 'make nightly run it with more rounds, sizes and victims'
	@echo 'make check   lint, formatting, types, import rules, links'
	@echo 'make audit   known vulnerabilities of the packages'
	@echo 'make lock    lock all packages with hashes; UPGRADE=1: in their newest versions'
	@echo 'make sbom    list the packages in sbom.cdx.json (CycloneDX)'
	@echo 'make contract  the rules of the seats, on every kind of Redis server'
	@echo 'make model   explore the model of the seats, see docs/model.md'
	@echo 'make faults  kill and break every part under load, see docs/faults.md'
	@echo 'make simulation  10,000 seeded schedules of each part, see docs/simulation.md'
	@echo 'make mutants take checks out of the code: does a test notice? see docs/mutants.md'
	@echo 'make check-history FILE=…  is a recorded history right? see docs/histories.md'
	@echo 'make bench   measure everything and add it to docs/benchmarks.md'
	@echo 'make bench-quick  is anything slower by a third?'
	@echo 'make screenshots  pictures of every state of the page, in screenshots/'
	@echo 'make ledger  add the records that reservas_confirmadas.json lacks, from their orders'
	@echo 'make verify  is all that was sold right in Redis, Kafka and ledger? (it only reads)'
	@echo 'make replay  put the dead letters back, and try the mails that failed again'
	@echo 'make resend ORDER=…  send the mail of the order with this code again'
	@echo 'make stubs   generate the gRPC modules from cinema.proto'
	@echo 'make setup   only install what `make run` needs'
	@echo 'make clean   remove what was installed and generated; orders and mail in var/ stay'

run: setup
	@exec $(PY) -m deploy.run

nightly: CHOSEN := -m ''
# Hundreds of processes import the same modules: an environment that keeps no bytecode would compile
# them each time.
test nightly: export PYTHONDONTWRITEBYTECODE :=
test nightly: $(VENV)/installed-dev $(STUBS)
	@$(PY) -m deploy.packages
	@$(PY) -m deploy.page_bundle
	@$(PY) -m tests.support.browser
	@$(PY) -m tests.model.spin
	@$(PY) -m deploy.kafka_classes
	$(PY) -m pytest --numprocesses 4 --dist loadfile --no-loadscope-reorder $(CHOSEN)
	$(if $(CHOSEN),$(PY) -m tests.simulation)
	$(if $(CHOSEN),$(PY) -m tests.mutants --from-the-start)

contract: $(VENV)/installed-dev $(STUBS)
	@$(PY) -m pytest -q -m '' tests/contract

model: $(VENV)/installed-dev
	@$(PY) -m tests.model.spin
	@$(PY) -m tests.model

faults: $(VENV)/installed-dev $(STUBS)
	@$(PY) -m deploy.packages
	@$(PY) -m deploy.kafka_classes
	@$(PY) -m tests.faults --record

simulation: $(VENV)/installed-dev $(STUBS)
	@$(PY) -m tests.simulation

mutants: $(VENV)/installed-dev $(STUBS)
	@$(PY) -m deploy.packages
	@$(PY) -m deploy.kafka_classes
	@$(PY) -m tests.mutants --write

check-history: $(VENV)/installed-dev $(STUBS)
	@$(PY) -m tests.histories $(if $(FILE),'$(FILE)')

check: $(VENV)/installed-dev $(STUBS) cinema_pb2_grpc.pyi
	@$(PY) -m checks

audit: $(VENV)/installed-dev
	@$(PY) -m checks.audit

sbom: $(VENV)/installed-dev
	@PYTHONWARNINGS=ignore $(VENV)/bin/cyclonedx-py requirements --pyproject pyproject.toml \
		--output-reproducible --output-file sbom.cdx.json requirements.txt
	@echo 'sbom.cdx.json has every package that the services run on'

# Every package, transitive ones too, for every platform, with the hash of each file.
LOCK := $(VENV)/bin/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 \
	--custom-compile-command 'make lock' $(if $(UPGRADE),--upgrade)
lock: $(VENV)/installed-dev
	$(LOCK) requirements.in -o requirements.txt
	$(LOCK) requirements-dev.in -c requirements.txt -o requirements-dev.txt
	$(LOCK) deploy/requirements-local.in -c requirements-dev.txt -o deploy/requirements-local.txt

bench: $(VENV)/installed-dev $(STUBS)
	@$(PY) -m deploy.packages
	@$(PY) -m deploy.page_bundle
	@$(PY) -m tests.support.browser
	$(PY) -m tests.bench --record
	$(PY) -m tests.bench guard --record

bench-quick: $(VENV)/installed-dev $(STUBS)
	@$(PY) -m deploy.packages
	$(PY) -m tests.bench guard

screenshots: $(VENV)/installed-dev $(STUBS)
	@$(PY) -m deploy.page_bundle
	@$(PY) -m tests.support.browser
	@$(PY) -m tests.screenshots

ledger: setup
	@$(PY) -m deploy.command notification_consumer.py --rebuild-ledger

replay: setup
	@$(PY) -m deploy.command notification_producer.py --replay-dead-letters

resend: setup
	@$(PY) -m deploy.command notification_consumer.py --resend-mail '$(ORDER)'

verify: setup
	@$(PY) -m deploy.command -m verify

setup: $(VENV)/installed $(STUBS)

stubs: $(STUBS)

$(VENV)/installed: requirements.txt $(REMAKE)
	@deploy/setup.sh requirements.txt
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt | $(VENV)/installed
	@deploy/setup.sh requirements-dev.txt
	@touch $@

$(STUBS): cinema.proto requirements.txt | $(VENV)/installed
	@$(PY) -m grpc_tools.protoc -I. --python_out=. --pyi_out=. --grpc_python_out=. cinema.proto
	@touch $(STUBS)

cinema_pb2_grpc.pyi: cinema.proto requirements-dev.txt | $(VENV)/installed-dev
	@$(PY) -m grpc_tools.protoc -I. --plugin=$(VENV)/bin/protoc-gen-mypy_grpc \
		--mypy_grpc_out=quiet:. cinema.proto
	@touch $@

clean:
	rm -rf $(VENV) $(STUBS) bundle cinema_pb2_grpc.pyi sbom.cdx.json
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
