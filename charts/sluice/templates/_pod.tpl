{{/*
The pod of an app: restricted security, secrets as files, a root file system that is read only.
Context: root, component, app (its values), args (the command), isJob, volumes (further ones), mounts (further ones).
*/}}
{{- define "sluice.podTemplate" -}}
{{- $root := .root }}
{{- $app := .app }}
{{- $secrets := include "sluice.secretFiles" . | fromYamlArray }}
metadata:
  labels:
    {{- include "sluice.selectorLabels" . | nindent 4 }}
    {{- with $root.Values.commonLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $app.podAnnotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  {{- /* A hook runs before the account of this release exists. */}}
  serviceAccountName: {{ ternary (ternary "default" ($root.Values.serviceAccount.name | default "default") $root.Values.serviceAccount.create) (include "sluice.serviceAccountName" $root) (.isJob | default false) }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with concat $root.Values.imagePullSecrets $root.Values.global.imagePullSecrets | uniq }}
  imagePullSecrets:
    {{- range . }}
    - name: {{ . }}
    {{- end }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 1000
    runAsGroup: 1000
    fsGroup: 1000
    fsGroupChangePolicy: OnRootMismatch
    seccompProfile: { type: RuntimeDefault }
  {{- if .isJob }}
  restartPolicy: Never
  {{- else }}
  terminationGracePeriodSeconds: {{ include "sluice.graceSeconds" $app }}
  {{- end }}
  {{- with $app.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $app.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $app.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $app.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if not .isJob }}
  topologySpreadConstraints:
    {{- if $app.topologySpreadConstraints }}
    {{- toYaml $app.topologySpreadConstraints | nindent 4 }}
    {{- else }}
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "sluice.selectorLabels" $ | nindent 10 }}
    {{- end }}
    {{- end }}
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "sluice.image" $root }}
      imagePullPolicy: {{ $root.Values.image.pullPolicy }}
      args: {{ toJson .args }}
      env:
        {{- include "sluice.environment" . | nindent 8 }}
      securityContext:
        allowPrivilegeEscalation: false
        readOnlyRootFilesystem: true
        capabilities: { drop: [ALL] }
      {{- if not .isJob }}
      {{- $scheme := ternary "HTTPS" "HTTP" (and (eq .component (include "sluice.ingestApp" $root)) (ne (dig "tls" "existingSecret" "" $app) "")) }}
      ports:
        - name: http
          containerPort: 8000
      startupProbe:
        httpGet: { path: /health/live, port: http, scheme: {{ $scheme }} }
        periodSeconds: 2
        timeoutSeconds: 4
        failureThreshold: 60
      livenessProbe:
        httpGet: { path: /health/live, port: http, scheme: {{ $scheme }} }
        periodSeconds: 10
        timeoutSeconds: 4
        failureThreshold: 6
      readinessProbe:
        httpGet: { path: /health/ready, port: http, scheme: {{ $scheme }} }
        periodSeconds: 5
        timeoutSeconds: 4
        failureThreshold: 2
      {{- end }}
      resources:
        {{- toYaml $app.resources | nindent 8 }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if $secrets }}
        - name: secrets
          mountPath: /etc/sluice/secrets
          readOnly: true
        {{- end }}
        {{- with .mounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
        {{- with $app.extraVolumeMounts }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
  volumes:
    - name: tmp
      emptyDir: { sizeLimit: 64Mi }
    {{- if $secrets }}
    - name: secrets
      projected:
        # 0440
        defaultMode: 288
        sources:
          {{- range $secrets }}
          - secret:
              name: {{ .secret }}
              items:
                - key: {{ .key }}
                  path: {{ .name }}
          {{- end }}
    {{- end }}
    {{- with .volumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $app.extraVolumes }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
{{- end }}

{{/* Context: root, component, replicas (the fewest pods). One pod alone gets none: a budget for it would block every drain of a node. */}}
{{- define "sluice.podDisruptionBudget" -}}
{{- if and .root.Values.podDisruptionBudget.enabled (gt (int .replicas) 1) }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  {{- include "sluice.metadata" . | nindent 2 }}
spec:
  maxUnavailable: 1
  unhealthyPodEvictionPolicy: AlwaysAllow
  selector:
    matchLabels:
      {{- include "sluice.selectorLabels" . | nindent 6 }}
{{- end }}
{{- end }}

{{/* A Service for other pods and for scrapes. Context: root, component. */}}
{{- define "sluice.innerService" -}}
---
apiVersion: v1
kind: Service
metadata:
  {{- include "sluice.metadata" . | nindent 2 }}
spec:
  type: ClusterIP
  ports:
    - { name: http, port: 8000, targetPort: http }
  selector:
    {{- include "sluice.selectorLabels" . | nindent 4 }}
{{- end }}
