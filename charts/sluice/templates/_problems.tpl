{{/* What is wrong with the values, as a list of sentences: value, problem, what to do. */}}
{{- define "sluice.problems" -}}
{{- $problems := concat
  (include "sluice.imageProblems" . | fromYamlArray)
  (include "sluice.settingProblems" . | fromYamlArray)
  (include "sluice.gatewayProblems" . | fromYamlArray)
  (include "sluice.graceProblems" . | fromYamlArray)
  (include "sluice.archiveProblems" . | fromYamlArray)
  (ternary (include "sluice.standaloneProblems" . | fromYamlArray) (concat (include "sluice.engineProblems" . | fromYamlArray) (include "sluice.workerProblems" . | fromYamlArray)) (eq .Values.mode "standalone"))
}}
{{- toYaml $problems }}
{{- end }}

{{- define "sluice.imageProblems" -}}
{{- $problems := list }}
{{- if and (eq .Values.image.tag "latest") (not .Values.image.digest) }}
{{- $problems = append $problems "image.tag is latest, which changes over time: name a version, or set image.digest." }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "sluice.standaloneProblems" -}}
{{- $problems := list }}
{{- range $app := list "gateway" "worker" "query" }}
{{- $replicas := (get $.Values $app).replicas }}
{{- if not (kindIs "string" $replicas) }}
{{- if gt (int $replicas) 1 }}
{{- $problems = append $problems (printf "%s.replicas is %d, but mode standalone is one process with its own files: leave it empty, or use mode stack." $app (int $replicas)) }}
{{- end }}
{{- end }}
{{- end }}
{{- with include "sluice.text" .Values.gateway.processes }}
{{- if ne . "1" }}
{{- $problems = append $problems (printf "gateway.processes is %s, but mode standalone is one process with its own files: leave it at 1, or use mode stack." .) }}
{{- end }}
{{- end }}
{{- range $path, $isOn := dict "worker.keda" .Values.worker.keda.enabled "gateway.autoscaling" .Values.gateway.autoscaling.enabled "gateway.directory" .Values.gateway.directory.enabled }}
{{- if $isOn }}
{{- $problems = append $problems (printf "%s.enabled is true, but mode standalone is one process: turn it off, or use mode stack." $path) }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "sluice.engineProblems" -}}
{{- $problems := list }}
{{- if not (regexMatch "^kafka(\\+ssl)?://[^@/]+/?$" .Values.eventLog.url) }}
{{- $problems = append $problems "eventLog.url has to be kafka://host:9092,host2:9092 or kafka+ssl://..., without a user, a password or options: these belong into eventLog.sasl and eventLog.tls." }}
{{- end }}
{{- with .Values.recordStore }}
{{- if and (not .existingSecret) (not (regexMatch "^mongodb(\\+srv)?://" .url)) }}
{{- $problems = append $problems "recordStore.url has to begin with mongodb:// or mongodb+srv://." }}
{{- end }}
{{- if regexMatch "^[a-z+]+://[^/]*:[^/]*@" .url }}
{{- $problems = append $problems "recordStore.url has a password, which every reader of the pods would see: put the URL into a Secret and name it in recordStore.existingSecret." }}
{{- end }}
{{- end }}
{{- with .Values.eventLog }}
{{- if and (has .sasl.mechanism (list "plain" "scram-sha-256" "scram-sha-512")) (or (not .sasl.username) (not .sasl.existingSecret)) }}
{{- $problems = append $problems (printf "eventLog.sasl.mechanism is %s, which needs a user: set eventLog.sasl.username, and eventLog.sasl.existingSecret to the Secret with the password." .sasl.mechanism) }}
{{- end }}
{{- if and (eq .sasl.mechanism "oauthbearer") (or (not .oauth.tokenUrl) (not .oauth.clientId) (not .oauth.existingSecret)) }}
{{- $problems = append $problems "eventLog.sasl.mechanism is oauthbearer: set eventLog.oauth.tokenUrl, eventLog.oauth.clientId, and eventLog.oauth.existingSecret to the Secret with the client secret." }}
{{- end }}
{{- if and (or .tls.caSecret .tls.clientSecret) (not (hasPrefix "kafka+ssl://" .url)) }}
{{- $problems = append $problems "eventLog.tls is set, but eventLog.url is not encrypted: begin it with kafka+ssl://." }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "sluice.workerProblems" -}}
{{- $problems := list }}
{{- $partitions := int .Values.eventLog.partitions }}
{{- $replicas := include "sluice.replicas" (dict "root" . "component" "worker") | int }}
{{- $keda := .Values.worker.keda }}
{{- if and (gt $replicas $partitions) (not (kindIs "string" .Values.worker.replicas)) }}
{{- $problems = append $problems (printf "worker.replicas is %d, but eventLog.partitions is %d: each worker above that would be idle." $replicas $partitions) }}
{{- end }}
{{- if $keda.enabled }}
{{- $min := include "sluice.workerMinReplicas" . | int }}
{{- $max := include "sluice.workerMaxReplicas" . | int }}
{{- if gt $max $partitions }}
{{- $problems = append $problems (printf "worker.keda.maxReplicas is %d, but eventLog.partitions is %d: each worker above that would be idle. Leave it empty for all partitions." $max $partitions) }}
{{- end }}
{{- if gt $min $max }}
{{- $problems = append $problems (printf "worker.keda.minReplicas is %d, which is more than worker.keda.maxReplicas, %d. If it is empty, worker.replicas is used." $min $max) }}
{{- end }}
{{- if and (has .Values.eventLog.sasl.mechanism (list "oauthbearer" "aws-msk-iam")) (not $keda.authenticationRef) }}
{{- $problems = append $problems (printf "worker.keda.enabled with eventLog.sasl.mechanism %s: KEDA needs your TriggerAuthentication, named in worker.keda.authenticationRef." .Values.eventLog.sasl.mechanism) }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "sluice.gatewayProblems" -}}
{{- $problems := list }}
{{- with .Values.gateway }}
{{- if .autoscaling.enabled }}
{{- $min := include "sluice.gatewayMinReplicas" $ | int }}
{{- if gt $min (int .autoscaling.maxReplicas) }}
{{- $problems = append $problems (printf "gateway.autoscaling.minReplicas is %d, which is more than gateway.autoscaling.maxReplicas, %d. If it is empty, gateway.replicas is used." $min (int .autoscaling.maxReplicas)) }}
{{- end }}
{{- if .directory.enabled }}
{{- $problems = append $problems "gateway.directory.enabled and gateway.autoscaling.enabled are both true, but the directory has one address for each of a fixed number of gateways: turn one of them off." }}
{{- end }}
{{- end }}
{{- if and .directory.enabled (not (regexMatch "^https?://[^ ]*%d" .directory.url)) }}
{{- $problems = append $problems "gateway.directory.url has to be an address with %d for the number of the gateway, such as https://gateway-%d.example:8000." }}
{{- end }}
{{- if and .directory.enabled (or (hasKey .settings "ENDPOINTS") (hasKey .settings "ENDPOINTS_FILE") (hasKey $.Values.settings "ENDPOINTS") (hasKey $.Values.settings "ENDPOINTS_FILE")) }}
{{- $problems = append $problems "gateway.directory.enabled is true, but ENDPOINTS is set as well: the directory makes the list itself. Leave one of them out." }}
{{- end }}
{{- if and (or .tls.clientCaSecret .tls.crlSecret) (not .tls.existingSecret) }}
{{- $problems = append $problems "gateway.tls.clientCaSecret and gateway.tls.crlSecret need HTTPS in the pod: set gateway.tls.existingSecret." }}
{{- end }}
{{- if and .service.externalTrafficPolicy (eq .service.type "ClusterIP") }}
{{- $problems = append $problems "gateway.service.externalTrafficPolicy is set, but a Service of type ClusterIP has no traffic from outside: set gateway.service.type, or leave it empty." }}
{{- end }}
{{- if and .tls.crlSecret (not .tls.clientCaSecret) }}
{{- $problems = append $problems "gateway.tls.crlSecret needs the authority whose list it is: set gateway.tls.clientCaSecret." }}
{{- end }}
{{- end }}
{{- if and .Values.ingress.enabled (not .Values.ingress.hosts) }}
{{- $problems = append $problems "ingress.enabled is true, but ingress.hosts is empty: name at least one host." }}
{{- end }}
{{- if and .Values.httpRoute.enabled (not .Values.httpRoute.parentRefs) }}
{{- $problems = append $problems "httpRoute.enabled is true, but httpRoute.parentRefs is empty: name the Gateway that accepts the route." }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "sluice.archiveProblems" -}}
{{- $problems := list }}
{{- with .Values.archive }}
{{- if and .enabled (not (regexMatch "^s3://[a-z0-9][a-z0-9.-]+(/|$)" .url)) }}
{{- $problems = append $problems "archive.enabled is true, but archive.url is not s3://bucket/prefix: set it." }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "sluice.graceProblems" -}}
{{- $problems := list }}
{{- $apps := list "gateway" "worker" "query" }}
{{- if .Values.archive.enabled }}{{ $apps = append $apps "archive" }}{{ end }}
{{- range $name := ternary (list "gateway") $apps (eq .Values.mode "standalone") }}
{{- $app := get $.Values $name }}
{{- $needed := include "sluice.neededGraceSeconds" $app | int }}
{{- $given := include "sluice.graceSeconds" $app | int }}
{{- if lt $given $needed }}
{{- $parts := ternary "drainNoticeMs and shutdownTimeoutMs take" "shutdownTimeoutMs takes" (hasKey $app "drainNoticeMs") }}
{{- $problems = append $problems (printf "%s.terminationGracePeriodSeconds is %d, but %s %d s, and 10 s are kept in reserve: Kubernetes would kill the process before it has ended. Set at least %d, or leave it empty." $name $given $parts (sub $needed 10) $needed) }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}
